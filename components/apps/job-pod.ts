import {
  type Container,
  type EnvVar,
  type Resources,
  restrictedSecurityContext,
  type Volume,
  type VolumeMount,
} from "../pod";
import { bundleFile } from "./bundle";
import { appLabels, codeFolder, configFolder, podSecurityContext } from "./pod";

/** A Secret as a folder; it can only be read. */
export interface SecretVolume {
  readonly name: string;
  readonly secret: {
    readonly secretName: string;
    readonly optional?: boolean;
    /** Rights of the files. @default 0o644 */
    readonly defaultMode?: number;
    /** Which keys become files. @default all */
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
}

/** A token of the pod's ServiceAccount that is good for one audience; the kubelet renews it in place. */
export interface TokenVolume {
  readonly name: string;
  readonly projected: {
    readonly sources: readonly {
      readonly serviceAccountToken: {
        readonly audience: string;
        /** Seconds; the kubelet renews it after four fifths of them. Kubernetes allows 600 and more. */
        readonly expirationSeconds: number;
        readonly path: string;
      };
    }[];
  };
}

export type JobVolume = Volume | SecretVolume | TokenVolume;

/** A variable whose value only the pod gets to see. */
interface SecretVariable {
  readonly name: string;
  readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** A container that runs beside the program, from before its start until after its end (Kubernetes 1.29 and later). */
export interface SideCar extends Omit<Container, "env" | "restartPolicy" | "startupProbe"> {
  readonly env?: readonly (EnvVar | SecretVariable)[];
}

export interface JobTemplateArgs {
  /** Names container and labels. */
  readonly app: string;
  /** Image with a `node` of version 20 or later on its PATH. */
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly resources: Resources;
  /** Arguments of the program. @default none */
  readonly arguments?: readonly string[];
  /** Options of Node.js itself. @default none */
  readonly nodeOptions?: readonly string[];
  /** @default none */
  readonly env?: readonly EnvVar[];
  readonly serviceAccountName: string;
  /** Whether the program talks to the API server; only then a token is mounted. */
  readonly callsApiServer: boolean;
  /** ConfigMap with the code, found in `/app`; see `createAppConfigMap`. */
  readonly codeConfigMap: string;
  /** ConfigMap with settings, found in `/config`. */
  readonly configConfigMap: string;
  /** @default none */
  readonly sideCars?: readonly SideCar[];
  /** Of the pods. @default none */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Further volumes and where the program finds them. @default none */
  readonly volumes?: readonly JobVolume[];
  readonly volumeMounts?: readonly VolumeMount[];
  /** How long all attempts together may take, in seconds. */
  readonly deadlineSeconds: number;
  /** How many more pods follow one that has failed. */
  readonly retries: number;
  /** Statuses of the program after which no other pod follows, because it would end the same way. @default none */
  readonly finalExitCodes?: readonly number[];
  /** How long the program may take to end once it is told, in seconds. @default 30 */
  readonly graceSeconds?: number;
  /** After how many seconds a finished Job is deleted. @default never, as Pulumi would miss it */
  readonly deleteAfterSeconds?: number;
}

/**
 * Labels and spec of a Job that runs a program which was bundled to one file: `spec.jobTemplate` of a CronJob, or a Job when it is given a
 * name (see `NodeJob`). Its pods satisfy the Pod Security level `restricted`. A pod that fails stays, so that its log can be read.
 */
export function jobTemplate(args: JobTemplateArgs) {
  return {
    metadata: { labels: appLabels(args.app) },
    spec: {
      activeDeadlineSeconds: args.deadlineSeconds,
      backoffLimit: args.retries,
      ...(args.finalExitCodes && { podFailurePolicy: endingWith(args.app, args.finalExitCodes) }),
      ...(args.deleteAfterSeconds !== undefined && { ttlSecondsAfterFinished: args.deleteAfterSeconds }),
      template: jobPodTemplate(args),
    },
  };
}

/** Kubernetes takes sorted values only. */
function endingWith(containerName: string, exitCodes: readonly number[]) {
  const values = [...new Set(exitCodes)].sort((a, b) => a - b);
  return { rules: [{ action: "FailJob", onExitCodes: { containerName, operator: "In", values } }] };
}

function jobPodTemplate(args: JobTemplateArgs) {
  return {
    metadata: { labels: appLabels(args.app), ...(args.annotations && { annotations: args.annotations }) },
    spec: {
      restartPolicy: "Never",
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: args.callsApiServer,
      enableServiceLinks: false,
      // Volumes that can be written to, and tokens, belong to root unless a group is given.
      securityContext: { ...podSecurityContext, fsGroup: podSecurityContext.runAsGroup },
      terminationGracePeriodSeconds: args.graceSeconds ?? 30,
      ...(args.sideCars && {
        initContainers: args.sideCars.map((sideCar) => ({ ...sideCar, restartPolicy: "Always" as const })),
      }),
      containers: [
        {
          name: args.app,
          image: args.image,
          imagePullPolicy: args.imagePullPolicy,
          command: ["node", ...(args.nodeOptions ?? []), `${codeFolder}/${bundleFile}`, ...(args.arguments ?? [])],
          // What a program says last is why it ended; `kubectl describe` and Pulumi show it.
          terminationMessagePolicy: "FallbackToLogsOnError",
          ...(args.env && { env: args.env }),
          resources: args.resources,
          securityContext: restrictedSecurityContext,
          volumeMounts: [
            { name: "code", mountPath: codeFolder, readOnly: true },
            { name: "config", mountPath: configFolder, readOnly: true },
            ...(args.volumeMounts ?? []),
          ],
        },
      ],
      volumes: [
        { name: "code", configMap: { name: args.codeConfigMap } },
        { name: "config", configMap: { name: args.configConfigMap } },
        ...(args.volumes ?? []),
      ],
    },
  };
}
