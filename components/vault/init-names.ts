/** Names of everything that the initialisation makes or leaves behind; all begin with that of the servers. */
export interface InitNames {
  /** Of the Job, its ServiceAccount and its rights. */
  readonly job: string;
  /** Secret with shares, or with what says whose they are. It stays. */
  readonly recoverySecret: string;
  /** Secret with the root token, while there is one. Afterwards it is empty. */
  readonly bootstrapSecret: string;
  /** ServiceAccount that Pulumi logs in as. No pod uses it. */
  readonly provisioner: string;
}

export function initNames(name: string): InitNames {
  return {
    job: `${name}-init`,
    recoverySecret: `${name}-recovery`,
    bootstrapSecret: `${name}-bootstrap`,
    provisioner: `${name}-provisioner`,
  };
}

/** Pulumi's login at Vault. */
export const provisionerLogin = {
  /** Path of the auth mount. */
  mount: "kubernetes",
  role: "platform-admin",
  policy: "platform-admin",
  /** Of the ServiceAccount's token: one for the API server, or for another service, is no good here. */
  audience: "vault",
  /** Long enough for one `pulumi up` after the servers are ready. */
  ttlSeconds: 1200,
} as const;
