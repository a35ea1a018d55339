import { AppsV1Api, CoreV1Api, type KubeConfig, V1Eviction, V1ObjectMeta } from "@kubernetes/client-node";

import { initNames } from "../../components/vault/init-names";
import { podHost, serverLabels, serverNames, serverPods, vaultPorts } from "../../components/vault/server-names";
import { isObject } from "../../stacks/merge";
import { UserError } from "../user-error";
import { Login, statusOf } from "./login";
import { autopilotOf, healthOf, observed } from "./observe";
import type { ObservedCluster, ObservedServer } from "./plan";
import { type AskServer, tunnel } from "./tunnel";
import type { UpgradeAccess } from "./upgrade";

export interface ClusterArgs {
  readonly config: KubeConfig;
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  /** A token of the caller's. @default the login of the platform */
  readonly givenToken?: string;
}

/** Every state is an answer, and none an error: which one it is, the body says. */
const healthPath = "/v1/sys/health?standbyok=true&perfstandbyok=true&sealedcode=200&uninitcode=200&haunhealthycode=200";

/** A running cluster, by way of the Kubernetes API alone. */
export class RunningCluster implements UpgradeAccess {
  private readonly names: readonly string[];
  private readonly core: CoreV1Api;
  private readonly apps: AppsV1Api;
  private readonly login: Login;

  public constructor(
    private readonly args: ClusterArgs,
    private readonly ask: AskServer,
  ) {
    const { config, namespace, name, replicas, givenToken } = args;
    this.names = serverPods(name, replicas);
    this.core = config.makeApiClient(CoreV1Api);
    this.apps = config.makeApiClient(AppsV1Api);
    this.login = new Login({
      config,
      namespace,
      serviceAccount: initNames(name).provisioner,
      ask,
      ...(givenToken !== undefined && { givenToken }),
    });
  }

  public async observe(): Promise<ObservedCluster> {
    const { namespace, name } = this.args;
    const labelSelector = Object.entries(serverLabels(name))
      .map(([key, value]) => `${key}=${value}`)
      .join(",");
    const [set, { items: pods }] = await Promise.all([
      this.apps.readNamespacedStatefulSet({ namespace, name }),
      this.core.listNamespacedPod({ namespace, labelSelector }),
    ]).catch((error: unknown) => {
      throw new UserError(`cannot read the servers ${namespace}/${name}`, { cause: statusOf(error) });
    });
    const health = new Map<string, ObservedServer["health"]>();
    for (const pod of this.names) health.set(pod, await this.healthOf(pod));
    const leader = this.names.find((pod) => health.get(pod)?.leader === true);
    const autopilot = leader === undefined ? undefined : await this.autopilotAt(leader);
    return observed(set, this.names, pods, health, autopilot);
  }

  /** By way of the eviction, so that a disruption budget has its say. */
  public async replace(server: string): Promise<boolean> {
    const { namespace } = this.args;
    try {
      await this.core.createNamespacedPodEviction({
        namespace,
        name: server,
        body: Object.assign(new V1Eviction(), {
          metadata: Object.assign(new V1ObjectMeta(), { name: server, namespace }),
        }),
      });
      return true;
    } catch (error) {
      if (isObject(error) && error["code"] === 429) return false;
      throw new UserError(`cannot evict pod ${namespace}/${server}`, { cause: statusOf(error) });
    }
  }

  public async stepDown(server: string): Promise<void> {
    const { status } = await this.login.with(server, (token) =>
      this.ask(server, { method: "PUT", path: "/v1/sys/step-down", token }),
    );
    if (status === 204 || status === 200) return;
    throw new UserError(
      `${server} does not hand over (status ${status}): that takes "update" and "sudo" on sys/step-down; or set VAULT_TOKEN`,
    );
  }

  private async healthOf(pod: string): Promise<ObservedServer["health"]> {
    try {
      return healthOf((await this.ask(pod, { method: "GET", path: healthPath })).body);
    } catch {
      // It starts, or ends, or is not there: nothing is known of it, which the plan waits for.
      return undefined;
    }
  }

  private async autopilotAt(leader: string): Promise<ObservedCluster["autopilot"]> {
    const { status, body } = await this.login.with(leader, (token) =>
      this.ask(leader, { method: "GET", path: "/v1/sys/storage/raft/autopilot/state", token }),
    );
    if (status === 403)
      throw new UserError('autopilot cannot be asked: that takes "read" on sys/storage/raft/autopilot/state');
    return autopilotOf(body);
  }
}

/** Opens a cluster. The servers' authority is read from their certificate's Secret. */
export async function openCluster(args: ClusterArgs): Promise<RunningCluster> {
  const { config, namespace, name } = args;
  const authority = await authorityOf(config, namespace, serverNames(name).tlsSecret);
  const hostOf = (pod: string) => podHost({ name, namespace }, pod);
  return new RunningCluster(args, tunnel({ config, namespace, port: vaultPorts.api, authority, hostOf }));
}

async function authorityOf(config: KubeConfig, namespace: string, secret: string): Promise<string> {
  try {
    const { data } = await config.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name: secret });
    return Buffer.from(data?.["ca.crt"] ?? "", "base64").toString("utf8");
  } catch (error) {
    throw new UserError(`cannot read ca.crt of Secret ${namespace}/${secret}`, { cause: statusOf(error) });
  }
}
