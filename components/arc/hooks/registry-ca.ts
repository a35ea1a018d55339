/** A certificate authority, e.g. of a Harbor registry, for the tools that a job uses. */
export interface JobRegistryCa {
  /** ConfigMap with the key `ca.crt`, in the namespace of the jobs. Jobs start without it too (optional volume). */
  readonly configMap: string;
  /** `host[:port]` of the registry, for tools that handle images inside the job. @default none */
  readonly host?: string;
}

/** What a template needs to bring a certificate authority to a job. */
export interface JobCaParts {
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly volumeMounts: readonly Readonly<Record<string, unknown>>[];
  readonly volumes: readonly Readonly<Record<string, unknown>>[];
}

/**
 * Mounts the authority where tools look for one *besides* those they know, and nowhere else:
 * - `/usr/local/share/ca-certificates/<configMap>`, from where `update-ca-certificates` of Debian, Ubuntu and Alpine images takes it;
 * - `NODE_EXTRA_CA_CERTS`, which adds to those of Node.js, i.e. for JavaScript actions and npm;
 * - `/etc/docker/certs.d/<host>`, which Docker, podman, buildah and skopeo read for that registry alone.
 *
 * `SSL_CERT_FILE`, `SSL_CERT_DIR`, `CURL_CA_BUNDLE`, `REQUESTS_CA_BUNDLE`, `GIT_SSL_CAINFO` and the like are left alone: they *replace* the
 * authorities that a tool knows, so with a company's own there, every connection to the rest of the world would fail.
 */
export function jobCaParts(ca: JobRegistryCa | undefined): JobCaParts {
  if (!ca) return { env: [], volumeMounts: [], volumes: [] };
  const { configMap: name, host } = ca;
  const folder = `/usr/local/share/ca-certificates/${name}`;
  const folders = [folder, ...(host === undefined ? [] : [`/etc/docker/certs.d/${host}`])];
  return {
    env: [{ name: "NODE_EXTRA_CA_CERTS", value: `${folder}/ca.crt` }],
    volumeMounts: folders.map((mountPath) => ({ name, mountPath, readOnly: true })),
    volumes: [{ name, configMap: { name, optional: true } }],
  };
}
