import type { Problem } from "../../../stacks/problems";
import { type FieldRule, listAt, type PodParts, ruleViolations, violation } from "./pod-security-parts";
import { fieldsOf, isGiven, type Item, itemsOf } from "./template-parts";

const isTrue = (value: unknown): boolean => value === true;
const isNoneOf =
  (...allowed: readonly string[]) =>
  (value: unknown): boolean =>
    typeof value !== "string" || !allowed.includes(value);

const hostNamespaces: readonly FieldRule[] = ["hostNetwork", "hostPID", "hostIPC"].map((field) => ({
  field: [field],
  forbids: isTrue,
  allowed: "false",
}));

const seLinuxTypes = ["container_t", "container_init_t", "container_kvm_t", "container_engine_t"];

/** Fields of the securityContext of pods and containers alike. */
const contextRules: readonly FieldRule[] = [
  { field: ["windowsOptions", "hostProcess"], forbids: isTrue, allowed: "false" },
  {
    field: ["appArmorProfile", "type"],
    forbids: isNoneOf("RuntimeDefault", "Localhost"),
    allowed: "RuntimeDefault, Localhost",
  },
  {
    field: ["seccompProfile", "type"],
    forbids: isNoneOf("RuntimeDefault", "Localhost"),
    allowed: "RuntimeDefault, Localhost",
  },
  { field: ["seLinuxOptions", "type"], forbids: isNoneOf("", ...seLinuxTypes), allowed: seLinuxTypes.join(", ") },
  { field: ["seLinuxOptions", "user"], forbids: isNoneOf(""), allowed: "nothing" },
  { field: ["seLinuxOptions", "role"], forbids: isNoneOf(""), allowed: "nothing" },
].map((rule) => ({ ...rule, field: ["securityContext", ...rule.field] }));

/** Probes and lifecycle handlers may reach the pod only; restricted since release 1.34. */
const handlerRules: readonly FieldRule[] = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
].flatMap((handler) =>
  ["httpGet", "tcpSocket"].map((kind) => ({
    field: [...handler, kind, "host"],
    forbids: isNoneOf(""),
    allowed: "nothing: the pod's own address is taken",
  })),
);

const containerRules: readonly FieldRule[] = [
  { field: ["securityContext", "privileged"], forbids: isTrue, allowed: "false" },
  { field: ["securityContext", "procMount"], forbids: isNoneOf("Default"), allowed: "Default" },
  ...contextRules,
  ...handlerRules,
];

/** Capabilities that containers have anyway, or that bind ports below 1024. */
const capabilities = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

const sysctls = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
];

/** What the level `baseline` forbids. */
export function baselineViolations(parts: PodParts): Problem[] {
  return [
    ...ruleViolations(parts.pod, [...hostNamespaces, ...contextRules]),
    ...annotationViolations(parts),
    ...sysctlViolations(parts.pod),
    ...parts.containers.flatMap((container) => [
      ...ruleViolations(container, containerRules),
      ...addedCapabilities(container, capabilities),
      ...hostPorts(container),
    ]),
    ...parts.volumes.flatMap(({ path, fields }) =>
      isGiven(fields, "hostPath")
        ? [violation([...path, "hostPath"], fields["hostPath"], "any other kind of volume")]
        : [],
    ),
  ];
}

const appArmor = "container.apparmor.security.beta.kubernetes.io/";

function annotationViolations({ annotations }: PodParts): Problem[] {
  return Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(appArmor) && !/^(|runtime\/default|localhost\/.*)$/s.test(String(value)))
    .map(([key, value]) => violation(["metadata", "annotations", key], value, "runtime/default, localhost/PROFILE"));
}

function sysctlViolations({ path, fields }: Item): Problem[] {
  const keys = ["securityContext", "sysctls"];
  return itemsOf(listAt(fields, keys), ...path, ...keys)
    .filter(({ name }) => !sysctls.includes(name))
    .map((sysctl) => violation(sysctl.path, sysctl.name, sysctls.join(", ")));
}

/** The capabilities of a container that are not among the allowed ones. */
export function addedCapabilities({ path, fields }: Item, allowed: readonly string[]): Problem[] {
  const keys = ["securityContext", "capabilities", "add"];
  return listAt(fields, keys)
    .filter(isNoneOf(...allowed))
    .map((capability) => violation([...path, ...keys], capability, allowed.join(", ")));
}

function hostPorts({ path, fields }: Item): Problem[] {
  return listAt(fields, ["ports"]).flatMap((port, index) => {
    const { hostPort } = fieldsOf(port);
    if (hostPort === undefined || hostPort === null || hostPort === 0) return [];
    return [violation([...path, "ports", String(index), "hostPort"], hostPort, "nothing")];
  });
}
