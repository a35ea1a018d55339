/**
 * The part of a Kubernetes pod template that this project computes, as plain data: pure functions return it, so that tests and policies
 * can read it without a Pulumi engine. Field names and meaning are those of the Kubernetes API (core/v1).
 */

/** Requests and limits of one container; keys are resource names such as `cpu`, `memory`, `nvidia.com/gpu`. */
export interface Resources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  /** Instead of `value`: a field of the pod itself. */
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

/** The `spec` of a PersistentVolumeClaim. */
export interface ClaimSpec {
  readonly accessModes: readonly ("ReadWriteOnce" | "ReadWriteMany")[];
  readonly storageClassName: string;
  readonly resources: { readonly requests: { readonly storage: string } };
}

/** A claim that stays, for many pods: a shared cache. */
export interface SharedClaimSpec extends ClaimSpec {
  /** Folder of an NFS server that a volume is made of, for this claim alone; the class is then none. @default the class makes the volume */
  readonly nfs?: { readonly server: string; readonly path: string; readonly mountOptions?: readonly string[] };
  /** Whether nobody may write to such a folder. @default false */
  readonly readOnly?: boolean;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string };
  readonly configMap?: {
    readonly name: string;
    readonly optional?: boolean;
    /** Which keys become files, and of what name. @default all, each under its own name */
    readonly items?: readonly { readonly key: string; readonly path: string }[];
  };
  /** A claim that is made with the pod and deleted with it; its name is `<pod>-<volume>`. */
  readonly ephemeral?: { readonly volumeClaimTemplate: { readonly spec: ClaimSpec } };
}

export interface SecurityContext {
  readonly privileged?: boolean;
  /** Of this container, where it is not the pod's. */
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly allowPrivilegeEscalation?: boolean;
  readonly readOnlyRootFilesystem?: boolean;
  readonly capabilities?: { readonly drop: readonly string[] };
}

/** What the Pod Security level `restricted` asks of a container, and a root file system that nobody can write to. */
export const restrictedSecurityContext: SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
};

export interface PodSecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  /** Group that owns the files of volumes which support it. */
  readonly fsGroup?: number;
  readonly seccompProfile?: { readonly type: string };
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly securityContext?: SecurityContext;
  readonly resources: Resources;
  /** Only on init containers: `Always` makes a native side-car (Kubernetes 1.29 and later). */
  readonly restartPolicy?: "Always";
  readonly startupProbe?: {
    readonly exec: { readonly command: readonly string[] };
    readonly initialDelaySeconds: number;
    readonly periodSeconds: number;
    readonly failureThreshold: number;
  };
}

export interface Toleration {
  readonly key?: string;
  readonly operator?: "Exists" | "Equal";
  readonly value?: string;
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface TopologySpreadConstraint {
  readonly maxSkew: number;
  readonly minDomains?: number;
  readonly topologyKey: string;
  readonly whenUnsatisfiable: "DoNotSchedule" | "ScheduleAnyway";
  readonly nodeTaintsPolicy?: "Honor" | "Ignore";
  readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
}

export interface PodSpec {
  readonly restartPolicy: "Never";
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly securityContext?: PodSecurityContext;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[];
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export interface PodTemplate {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
}
