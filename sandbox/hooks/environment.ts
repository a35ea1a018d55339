import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Kubernetes puts a pod's credentials. */
const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What the hook knows from its environment variables and from the pod's service account. */
export interface HookEnvironment {
  readonly podName: string;
  readonly namespace: string;
  readonly apiServer: { readonly host: string; readonly port: number };
  readonly token: string;
  readonly certificateAuthority: string;
  /** Path of the hook template. */
  readonly templateFile?: string;
  readonly useKubeScheduler: boolean;
  readonly claimName?: string;
  readonly runnerImage: string;
  readonly prepareTimeoutSeconds: number;
  /** `RUNNER_WORKSPACE`, the parent of the checkout. */
  readonly runnerWorkspace?: string;
  /** `GITHUB_WORKSPACE`, the folder of the checkout. */
  readonly workspace?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

export function hookEnvironment(variables: Variables, folder = serviceAccountFolder): HookEnvironment {
  const given = (name: string): string | undefined => variables[name] || undefined;
  const file = (name: string): string => readFileSync(join(folder, name), "utf8").trim();
  const podName = given("ACTIONS_RUNNER_POD_NAME");
  if (podName === undefined)
    throw new Error("'ACTIONS_RUNNER_POD_NAME' env is required, please contact your self hosted runner administrator");
  return {
    podName,
    namespace: given("ACTIONS_RUNNER_KUBERNETES_NAMESPACE") ?? file("namespace"),
    apiServer: {
      host: given("KUBERNETES_SERVICE_HOST") ?? "kubernetes.default.svc",
      port: Number(given("KUBERNETES_SERVICE_PORT") ?? 443),
    },
    token: file("token"),
    certificateAuthority: file("ca.crt"),
    templateFile: given("ACTIONS_RUNNER_CONTAINER_HOOK_TEMPLATE"),
    useKubeScheduler: given("ACTIONS_RUNNER_USE_KUBE_SCHEDULER") === "true",
    claimName: given("ACTIONS_RUNNER_CLAIM_NAME"),
    runnerImage: given("ACTIONS_RUNNER_IMAGE") ?? "ghcr.io/actions/actions-runner:latest",
    prepareTimeoutSeconds: prepareTimeout(given("ACTIONS_RUNNER_PREPARE_JOB_TIMEOUT_SECONDS")),
    runnerWorkspace: given("RUNNER_WORKSPACE"),
    workspace: given("GITHUB_WORKSPACE"),
  };
}

const defaultTimeoutSeconds = 600;

/** A value that is no positive whole number is passed over with a warning, as in the original. */
function prepareTimeout(text: string | undefined): number {
  if (text === undefined) return defaultTimeoutSeconds;
  const seconds = Number.parseInt(text, 10);
  if (seconds > 0) return seconds;
  process.stdout.write(`::warning::Prepare job timeout is invalid ("${text}"): use an int > 0\n`);
  return defaultTimeoutSeconds;
}
