import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import {
  bootstrapName,
  certManagerGroup,
  type IssuerRef,
  issuerRef,
  type IssuerSource,
  issuerSpec,
  loginAccount,
  rootCertificateSpec,
  rootName,
  type SelfSignedCa,
} from "./issuer-specs";
import type { CertManagerRelease } from "./release";

export interface IssuerArgs {
  /** Kubernetes name of the issuer. **A change replaces it with its root**, and nobody trusts the new root yet. */
  readonly issuer: string;
  /** Makes an Issuer of this namespace, which must exist. @default a ClusterIssuer */
  readonly namespace?: string;
  /** Namespace in which cert-manager looks for the Secrets and ServiceAccounts of ClusterIssuers: its own. */
  readonly clusterNamespace: string;
  readonly source: IssuerSource;
  readonly release: CertManagerRelease;
  /** Self-signed issuer in `clusterNamespace`, for the roots of ClusterIssuers. */
  readonly bootstrap: IssuerRef;
  /** ServiceAccount of cert-manager's controller, which asks for the tokens of others. */
  readonly controllerAccount: string;
  /** Repeats operations while cert-manager's webhook starts; see `retryWhileWebhookStarts`. @default none */
  readonly retry?: pulumi.ErrorHook;
  /** Refuse to delete or replace a root certificate. @default false */
  readonly protectRoot?: boolean;
}

/** How long an object of cert-manager may take to become ready. */
const readySeconds = "300";

const waitUntilReady = {
  "pulumi.com/waitFor": "condition=Ready",
  "pulumi.com/timeoutSeconds": readySeconds,
} as const;

/**
 * Something that issues certificates, with all that it needs: a root certificate, or an identity for its login.
 *
 * ```ts
 * new CertificateIssuer("platform-ca-issuer", { issuer: "platform-ca", source: { kind: "selfSignedCa", ... }, ... });
 * ```
 *
 * It is ready when cert-manager says so: a root is then issued, an ACME account registered, a login at Vault done.
 */
export class CertificateIssuer extends pulumi.ComponentResource {
  public readonly ref: IssuerRef;
  public readonly nodes: {
    readonly issuer: k8s.apiextensions.CustomResource;
    /** Self-signed issuer for the root of an Issuer of another namespace. */
    readonly bootstrap?: k8s.apiextensions.CustomResource;
    readonly root?: k8s.apiextensions.CustomResource;
    readonly login?: LoginRights;
  };

  public constructor(name: string, args: IssuerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:CertificateIssuer", name, { issuer: args.issuer, kind: args.source.kind }, opts);

    const { source } = args;
    const bootstrap = source.kind === "selfSignedCa" ? createBootstrap(this, name, args) : undefined;
    const root = source.kind === "selfSignedCa" ? createRoot(this, name, args, source, bootstrap) : undefined;
    const login = createLoginRights(this, name, args);
    const needed = [root, login?.serviceAccount, login?.role, login?.roleBinding];
    const issuer = createIssuer(this, name, args, needed);

    this.ref = issuerRef(args.issuer, args.namespace);
    this.nodes = { issuer, ...(bootstrap && { bootstrap }), ...(root && { root }), ...(login && { login }) };
    this.registerOutputs({});
  }
}

/** A self-signed issuer; also the first object of its kind, and so the one that shows whether the webhook answers. */
export function createSelfSigned(
  parent: pulumi.Resource,
  name: string,
  metadata: { readonly name: string; readonly namespace: string },
  opts: { readonly retry?: pulumi.ErrorHook; readonly dependsOn: readonly pulumi.Resource[] },
): k8s.apiextensions.CustomResource {
  return new k8s.apiextensions.CustomResource(
    name,
    {
      apiVersion: `${certManagerGroup}/v1`,
      kind: "Issuer",
      metadata: { ...metadata, annotations: { ...waitUntilReady } },
      spec: { selfSigned: {} },
    },
    { parent, dependsOn: [...opts.dependsOn], ...(opts.retry && { hooks: { onError: [opts.retry] } }) },
  );
}

/** An Issuer can only use another one of its own namespace. */
function createBootstrap(
  parent: CertificateIssuer,
  name: string,
  { namespace, clusterNamespace, issuer, retry }: IssuerArgs,
): k8s.apiextensions.CustomResource | undefined {
  if (namespace === undefined || namespace === clusterNamespace) return undefined;
  return createSelfSigned(
    parent,
    `${name}-bootstrap`,
    { name: bootstrapName(issuer), namespace },
    {
      ...(retry && { retry }),
      dependsOn: [],
    },
  );
}

function createRoot(
  parent: CertificateIssuer,
  name: string,
  args: IssuerArgs,
  source: SelfSignedCa,
  ownBootstrap: k8s.apiextensions.CustomResource | undefined,
): k8s.apiextensions.CustomResource {
  const { issuer, namespace, clusterNamespace } = args;
  const bootstrap: IssuerRef = ownBootstrap ? issuerRef(bootstrapName(issuer), namespace) : args.bootstrap;
  return new k8s.apiextensions.CustomResource(
    `${name}-root`,
    {
      apiVersion: `${certManagerGroup}/v1`,
      kind: "Certificate",
      metadata: {
        name: rootName(issuer),
        namespace: namespace ?? clusterNamespace,
        annotations: { ...waitUntilReady },
      },
      spec: rootCertificateSpec(issuer, source, bootstrap),
    },
    {
      parent,
      dependsOn: ownBootstrap ? [ownBootstrap] : [],
      ...(args.protectRoot === true && { protect: true }),
      ...(args.retry && { hooks: { onError: [args.retry] } }),
    },
  );
}

/** An identity of an issuer, and the right of cert-manager to ask for its tokens. */
export interface LoginRights {
  readonly serviceAccount: k8s.core.v1.ServiceAccount;
  readonly role: k8s.rbac.v1.Role;
  readonly roleBinding: k8s.rbac.v1.RoleBinding;
}

function createLoginRights(parent: CertificateIssuer, name: string, args: IssuerArgs): LoginRights | undefined {
  const account = loginAccount(args.issuer, args.source);
  if (account === undefined) return undefined;
  const metadata = { name: account, namespace: args.namespace ?? args.clusterNamespace };
  const serviceAccount = new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    { metadata, automountServiceAccountToken: false },
    { parent },
  );
  const role = new k8s.rbac.v1.Role(
    `${name}-token-role`,
    {
      metadata: { ...metadata, name: `${account}-token` },
      rules: [{ apiGroups: [""], resources: ["serviceaccounts/token"], resourceNames: [account], verbs: ["create"] }],
    },
    { parent },
  );
  const roleBinding = new k8s.rbac.v1.RoleBinding(
    `${name}-token-role-binding`,
    {
      metadata: { ...metadata, name: `${account}-token` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: args.controllerAccount, namespace: args.clusterNamespace }],
    },
    { parent },
  );
  return { serviceAccount, role, roleBinding };
}

function createIssuer(
  parent: CertificateIssuer,
  name: string,
  args: IssuerArgs,
  needed: readonly (pulumi.Resource | undefined)[],
): k8s.apiextensions.CustomResource {
  const { issuer, namespace, source, release, retry } = args;
  return new k8s.apiextensions.CustomResource(
    `${name}-issuer`,
    {
      apiVersion: `${certManagerGroup}/v1`,
      kind: issuerRef(issuer, namespace).kind,
      metadata: {
        name: issuer,
        ...(namespace !== undefined && { namespace }),
        annotations: { ...waitUntilReady },
      },
      spec: issuerSpec(issuer, source, release),
    },
    {
      parent,
      dependsOn: needed.filter((resource) => resource !== undefined),
      ...(retry && { hooks: { onError: [retry] } }),
    },
  );
}
