import { stringify } from "yaml";

/** What kwok does with the objects that it looks after; kwok renders the templates (Go text/template) into a status. */
interface Stage {
  readonly name: string;
  readonly kind: "Node" | "Pod";
  readonly when: readonly {
    readonly key: string;
    readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
    readonly values?: readonly string[];
  }[];
  readonly next: { readonly statusTemplate: string } | { readonly delete: true };
  readonly everySeconds?: number;
}

const readyCondition = '.status.conditions.[] | select( .type == "Ready" ) | .status';

const nodeStatus = `{{ $now := Now }}
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now | Quote }}
  lastTransitionTime: {{ $now | Quote }}
{{ end }}
addresses:
- { type: Hostname, address: {{ NodeName | Quote }} }
- { type: InternalIP, address: {{ NodeIP | Quote }} }
`;

const podConditions = ["Initialized", "Ready", "ContainersReady"]
  .map((type) => `- { type: ${type}, status: "True", lastTransitionTime: {{ $now | Quote }} }`)
  .join("\n");

const podRunning = `{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
${podConditions}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ end }}
{{ with .spec.initContainers }}
initContainerStatuses:
{{ range . }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  restartCount: 0
{{ if .restartPolicy }}
  ready: true
  started: true
  state: { running: { startedAt: {{ $now | Quote }} } }
{{ else }}
  ready: true
  state: { terminated: { exitCode: 0, reason: Completed, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
{{ end }}
{{ end }}
`;

const stages: readonly Stage[] = [
  {
    name: "node-ready",
    kind: "Node",
    when: [{ key: readyCondition, operator: "NotIn", values: ["True"] }],
    next: { statusTemplate: nodeStatus },
  },
  {
    // The lease tells the controller manager that the node lives; this only keeps the times in its conditions from growing stale.
    name: "node-heartbeat",
    kind: "Node",
    when: [{ key: readyCondition, operator: "In", values: ["True"] }],
    next: { statusTemplate: nodeStatus },
    everySeconds: 600,
  },
  {
    name: "pod-running",
    kind: "Pod",
    when: [
      { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
      { key: ".status.phase", operator: "In", values: ["Pending"] },
      { key: readyCondition, operator: "NotIn", values: ["True"] },
    ],
    next: { statusTemplate: podRunning },
  },
  {
    name: "pod-deleted",
    kind: "Pod",
    when: [{ key: ".metadata.deletionTimestamp", operator: "Exists" }],
    next: { delete: true },
  },
];

/** kwok's configuration file: without stages it refuses to start. */
export function stagesFile(): string {
  return stages
    .map((stage) =>
      stringify({
        apiVersion: "kwok.x-k8s.io/v1alpha1",
        kind: "Stage",
        metadata: { name: stage.name },
        spec: {
          resourceRef: { apiGroup: "v1", kind: stage.kind },
          selector: { matchExpressions: stage.when },
          ...(stage.everySeconds === undefined ? {} : { delay: { durationMilliseconds: stage.everySeconds * 1000 } }),
          next: stage.next,
        },
      }),
    )
    .join("---\n");
}
