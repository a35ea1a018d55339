import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

import { bundleApp } from "../apps/bundle";
import { NodeApp } from "../apps/node-app";
import { configFolder } from "../apps/pod";
import type { Resources } from "../pod";
import { scheduleConfigFile, scheduleConfigText } from "./schedule/config";
import type { ScheduleWindow } from "./schedule/windows";

/** A scale set under a schedule. */
export interface ScheduledScaleSet {
  readonly name: string;
  readonly namespace: string;
  /** What holds outside of all windows. */
  readonly minRunners: number;
  readonly maxRunners: number;
  /** The earliest listed one that is open decides. At least one. */
  readonly windows: readonly ScheduleWindow[];
  /** The set itself, with `limitAnnotations(true)` and `limitIgnoreChanges(true)`; see schedule/handover.ts. */
  readonly scaleSet: pulumi.Resource;
}

export interface RunnerScheduleArgs {
  /** Namespace of the program: the controller's. **A change replaces everything here**; the sets keep what they have meanwhile. */
  readonly namespace: pulumi.Input<string>;
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly nodeImage: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  /** The sets under a schedule; others are not listed. */
  readonly sets: readonly ScheduledScaleSet[];
  /** Make a PodMonitor, which needs the Prometheus operator's definitions. @default false */
  readonly podMonitor?: boolean;
}

/**
 * Time windows for `minRunners` and `maxRunners` of scale sets, which Actions Runner Controller itself does not have
 * (actions-runner-controller #2986). A small program in the controller's namespace computes what should be now and patches a set when it has
 * something else; it may read and patch the listed sets and nothing more. One is enough for all sets.
 *
 * ```ts
 * new RunnerSchedule("runner-schedule", { namespace: "arc-systems", nodeImage, imagePullPolicy, resources, sets: [...] });
 * ```
 *
 * **Changes.** Windows and the sets' own values are the program's configuration: a change of them rolls the program, and the sets show none.
 * A set that leaves the schedule gets its own values back in the same update.
 */
export class RunnerSchedule extends pulumi.ComponentResource {
  public readonly nodes: {
    readonly serviceAccount: k8s.core.v1.ServiceAccount;
    /** By namespace. */
    readonly roles: Readonly<Record<string, k8s.rbac.v1.Role>>;
    readonly roleBindings: Readonly<Record<string, k8s.rbac.v1.RoleBinding>>;
    readonly app: NodeApp;
  };

  public constructor(name: string, args: RunnerScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("runner-platform:index:RunnerSchedule", name, { sets: args.sets.map((set) => set.name).sort() }, opts);

    const serviceAccount = createServiceAccount(this, name, args);
    const namespaces = [...new Set(args.sets.map(({ namespace }) => namespace))].sort();
    const roles = byKey(namespaces, (namespace) => createRole(this, name, args, namespace));
    const roleBindings = byKey(namespaces, (namespace) =>
      createRoleBinding(this, name, args, namespace, roles[namespace], serviceAccount),
    );
    const app = createApp(this, name, args, serviceAccount, Object.values(roleBindings));

    this.nodes = { serviceAccount, roles, roleBindings, app };
    this.registerOutputs({});
  }
}

function byKey<T>(keys: readonly string[], create: (key: string) => T): Record<string, T> {
  return Object.fromEntries(keys.map((key) => [key, create(key)]));
}

/** The pod mounts the token; nothing else that uses the account gets one. */
function createServiceAccount(
  parent: RunnerSchedule,
  name: string,
  args: RunnerScheduleArgs,
): k8s.core.v1.ServiceAccount {
  return new k8s.core.v1.ServiceAccount(
    `${name}-service-account`,
    { metadata: { name, namespace: args.namespace }, automountServiceAccountToken: false },
    { parent },
  );
}

/** `get` and `patch` on the listed sets by name: the program can neither list nor touch others. */
function createRole(
  parent: RunnerSchedule,
  name: string,
  args: RunnerScheduleArgs,
  namespace: string,
): k8s.rbac.v1.Role {
  const sets = args.sets.filter((set) => set.namespace === namespace);
  return new k8s.rbac.v1.Role(
    `${name}-role-${namespace}`,
    {
      metadata: { name, namespace },
      rules: [
        {
          apiGroups: ["actions.github.com"],
          resources: ["autoscalingrunnersets"],
          resourceNames: sets.map((set) => set.name).sort(),
          verbs: ["get", "patch"],
        },
      ],
    },
    // After the sets, their namespace is there.
    { parent, dependsOn: sets.map(({ scaleSet }) => scaleSet) },
  );
}

function createRoleBinding(
  parent: RunnerSchedule,
  name: string,
  args: RunnerScheduleArgs,
  namespace: string,
  role: k8s.rbac.v1.Role | undefined,
  serviceAccount: k8s.core.v1.ServiceAccount,
): k8s.rbac.v1.RoleBinding {
  return new k8s.rbac.v1.RoleBinding(
    `${name}-role-binding-${namespace}`,
    {
      metadata: { name, namespace },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: role?.metadata.name ?? name },
      subjects: [{ kind: "ServiceAccount", name: serviceAccount.metadata.name, namespace: args.namespace }],
    },
    { parent },
  );
}

/** Made after all sets, so that a set is marked as scheduled before the program that looks for the mark begins. */
function createApp(
  parent: RunnerSchedule,
  name: string,
  args: RunnerScheduleArgs,
  serviceAccount: k8s.core.v1.ServiceAccount,
  rights: readonly pulumi.Resource[],
): NodeApp {
  const sets = args.sets.map((set) => ({
    name: set.name,
    namespace: set.namespace,
    base: { minRunners: set.minRunners, maxRunners: set.maxRunners },
    windows: set.windows,
  }));
  return new NodeApp(
    `${name}-app`,
    {
      app: name,
      namespace: args.namespace,
      bundle: bundleApp("apps/runner-schedule/main.ts"),
      config: { [scheduleConfigFile]: scheduleConfigText({ sets }) },
      env: [{ name: "SCHEDULE_CONFIG", value: `${configFolder}/${scheduleConfigFile}` }],
      image: args.nodeImage,
      imagePullPolicy: args.imagePullPolicy,
      resources: args.resources,
      serviceAccountName: serviceAccount.metadata.name,
      callsApiServer: true,
      ...(args.podMonitor !== undefined && { podMonitor: args.podMonitor }),
    },
    { parent, dependsOn: [...args.sets.map(({ scaleSet }) => scaleSet), ...rights] },
  );
}
