import type { EnvVar, Volume, VolumeMount } from "../pod";

/** The certificate authority behind a GitHub Enterprise Server's certificate, in a ConfigMap of each namespace that needs it. */
export interface GitHubCa {
  readonly configMap: string;
  /** Key of the ConfigMap: one PEM certificate or several. */
  readonly key: string;
  /**
   * Changes with the certificate. As an annotation of the runner's pod it makes ARC re-create listeners, into whose configuration the
   * certificate was copied, and idle runners. @default unknown here, because somebody else makes the ConfigMap
   */
  readonly hash?: string;
}

const folder = "/usr/local/share/ca-certificates/github";

/** Where runners and jobs find the authority, under whatever key it is kept. */
export const githubCaFile = `${folder}/ca.crt`;

/** Name of the volume, as ARC's scale-set chart calls it. */
const volumeName = "github-server-tls-cert";

/**
 * `spec.githubServerTLS` of an AutoscalingRunnerSet. With it the controller trusts the authority besides those it knows, and copies it into
 * the configuration of the listener. Both read the ConfigMap in the namespace of the set. Nothing of it reaches runners: what the
 * scale-set chart does for them (`runnerMountPath`) it does in the pod template, as {@link githubCaParts} does here.
 */
export function githubServerTls({ configMap, key }: GitHubCa): Record<string, unknown> {
  return { certificateFrom: { configMapKeyRef: { name: configMap, key } } };
}

/** What a pod needs to trust GitHub. */
export interface GitHubCaParts {
  readonly annotations: Readonly<Record<string, string>>;
  readonly env: readonly EnvVar[];
  readonly volumeMounts: readonly VolumeMount[];
  readonly volumes: readonly Volume[];
}

const none: GitHubCaParts = { annotations: {}, env: [], volumeMounts: [], volumes: [] };

/**
 * What a runner's pod needs. Node.js, i.e. JavaScript actions and the container hooks, adds the file of `NODE_EXTRA_CA_CERTS` to what it
 * knows. The runner itself is a .NET program and takes the system's store, into which the authority comes in one of two ways:
 * - `system`: `run.sh` of the runner calls `sudo update-ca-certificates` (`RUNNER_UPDATE_CA_CERTS`, runner 2.303), as ARC's chart has it. git and
 *   curl trust the authority too then.
 * - `process`: where privileges may not be gained, sudo fails. .NET reads the file of `SSL_CERT_FILE` *and* the system's folder. Programs on
 *   OpenSSL read the file alone; none of them runs in such a pod, because jobs have pods of their own.
 *
 * Sources: `gha-runner-scale-set/templates/_helpers.tpl` 0.6.1; `run.sh` of actions/runner; OpenSslCachedSystemStoreProvider of .NET.
 */
export function githubCaParts(ca: GitHubCa | undefined, store: "system" | "process"): GitHubCaParts {
  if (!ca) return none;
  return {
    annotations: ca.hash === undefined ? {} : { "runner-platform/github-ca": ca.hash },
    env: [
      { name: "NODE_EXTRA_CA_CERTS", value: githubCaFile },
      store === "system"
        ? { name: "RUNNER_UPDATE_CA_CERTS", value: "1" }
        : { name: "SSL_CERT_FILE", value: githubCaFile },
    ],
    ...mounted(ca),
  };
}

/**
 * What the pod of a job needs, to which nothing of the runner's comes by itself: `NODE_EXTRA_CA_CERTS` for JavaScript actions (checkout,
 * artifacts, caches), and for git a rule for this server alone (`http.<url>.sslCAInfo`, git 2.31). `GIT_SSL_CAINFO`, `SSL_CERT_FILE` and the
 * like would *replace* the authorities that a tool knows, and every connection to other servers would fail; a workflow that needs more
 * runs `update-ca-certificates` of its image, which finds the file where it is mounted.
 *
 * @param origin `https://HOST[:PORT]` of the server.
 */
export function jobGithubCaParts(ca: GitHubCa | undefined, origin: string): GitHubCaParts {
  if (!ca) return none;
  return {
    annotations: {},
    env: [
      { name: "NODE_EXTRA_CA_CERTS", value: githubCaFile },
      { name: "GIT_CONFIG_COUNT", value: "1" },
      { name: "GIT_CONFIG_KEY_0", value: `http.${origin}/.sslCAInfo` },
      { name: "GIT_CONFIG_VALUE_0", value: githubCaFile },
    ],
    ...mounted(ca),
  };
}

/**
 * Where programs find the authority without being told, on images of Debian's kind and on such without a distribution: Go and .NET read each
 * file of that folder besides the bundle in it. For the legacy controller, whose chart knows no such setting, and for its runners, which
 * register before anything calls `update-ca-certificates`.
 */
export const githubCaInStore: VolumeMount = {
  name: volumeName,
  mountPath: "/etc/ssl/certs/github-ca.crt",
  subPath: "ca.crt",
  readOnly: true,
};

function mounted({ configMap, key }: GitHubCa): Pick<GitHubCaParts, "volumeMounts" | "volumes"> {
  return {
    volumeMounts: [{ name: volumeName, mountPath: folder, readOnly: true }],
    volumes: [{ name: volumeName, configMap: { name: configMap, items: [{ key, path: "ca.crt" }] } }],
  };
}
