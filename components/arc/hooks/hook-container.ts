import type { HookContainer, HookLine, HookRunner, JobContainer, PodContainer, UserMount } from "./hook-input";
import { shellWords } from "./shell-words";

/** Name of the job's container in the pod. */
export const jobContainerName = "job";

export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly subPath?: string;
  readonly readOnly?: boolean;
}

/** The 0.7 line mounts parts of one volume, the runner's work folder. */
const workMount: Mount = { name: "work", mountPath: "/__w" };

const homeMounts: readonly Mount[] = [
  { name: "work", mountPath: "/github/home", subPath: "_temp/_github_home" },
  { name: "work", mountPath: "/github/workflow", subPath: "_temp/_github_workflow" },
];

/** Mounts of the job's container in the 0.7 line, apart from those that the workflow asks for. */
export const jobMounts07: readonly Mount[] = [
  workMount,
  { name: "work", mountPath: "/__e", subPath: "externals" },
  ...homeMounts,
];

/** Mounts of every container in the 0.8 line. */
export const mounts08: readonly Mount[] = [
  { name: "externals", mountPath: "/__e" },
  { name: "work", mountPath: "/__w" },
  { name: "github", mountPath: "/github" },
];

/** The job's container before the template is laid over it. It waits in `tail`; steps are run inside it. */
export function jobContainer(line: HookLine, runner: HookRunner, job: JobContainer): PodContainer {
  const command = job.entryPoint ? {} : { entryPoint: "tail", entryPointArgs: ["-f", "/dev/null"] };
  const mounts =
    line === "0.8"
      ? mounts08
      : [...jobMounts07, ...(job.userMountVolumes ?? []).map((mount) => userMount(runner, mount))];
  return hookContainer(line, jobContainerName, { ...job, ...command }, mounts);
}

/** A service's container before the template is laid over it. */
export function serviceContainer(line: HookLine, service: HookContainer): PodContainer {
  return hookContainer(line, serviceName(service.image), service, line === "0.8" ? mounts08 : [workMount]);
}

/** Mounts of the container of a container step in the 0.7 line, for a checkout in `workspace`. */
export function stepMounts07(workspace: string): readonly Mount[] {
  const checkout = workspace.slice(workspace.lastIndexOf("_work/") + "_work/".length);
  return [
    workMount,
    { name: "work", mountPath: "/github/workspace", subPath: checkout },
    { name: "work", mountPath: "/github/file_commands", subPath: "_temp/_runner_file_commands" },
    ...homeMounts,
  ];
}

/**
 * Name of a service's container: the last part of the image's path, up to the first colon. An image with a digest but no tag is therefore
 * called `redis@sha256`, which Kubernetes refuses: such images need a tag too.
 */
export function serviceName(image: string): string {
  const name = image.split("/").at(-1)?.split(":").at(0);
  if (name) return name;
  throw new Error(`the image of a service, "${image}", has no name`);
}

function hookContainer(
  line: HookLine,
  name: string,
  container: HookContainer,
  volumeMounts: readonly Mount[],
): PodContainer {
  const { workingDirectory, entryPoint, entryPointArgs } = container;
  return {
    name,
    image: container.image,
    ports: (container.portMappings ?? []).map(containerPort),
    ...(workingDirectory && { workingDir: workingDirectory }),
    ...(entryPoint && { command: [entryPoint] }),
    ...(entryPointArgs?.length && { args: containerArgs(line, entryPointArgs) }),
    env: environment(container.environmentVariables ?? {}),
    volumeMounts,
  };
}

/** Both lines join the arguments and split them again; 0.8 leaves scripts of `sh -c` whole. */
export function containerArgs(line: HookLine, args: readonly string[]): readonly string[] {
  return line === "0.8" && args.length >= 2 && args[0] === "sh" && args[1] === "-c" ? args : shellWords(args.join(" "));
}

/** Empty values and HOME are left out. */
function environment(variables: Readonly<Record<string, string | null>>): { name: string; value: string }[] {
  const given = Object.entries(variables).flatMap(([name, value]) => (value && name !== "HOME" ? { name, value } : []));
  const ci = "CI" in variables ? [] : [{ name: "CI", value: "true" }];
  return [...given, { name: "GITHUB_ACTIONS", value: "true" }, ...ci];
}

interface ContainerPort {
  readonly protocol: string;
  readonly containerPort: number;
  readonly hostPort?: number;
}

function containerPort(mapping: string): ContainerPort {
  const [ports = "", protocol = "tcp", ...more] = mapping.split("/");
  const [first = "", second, ...evenMore] = ports.split(":");
  if (more.length > 0 || evenMore.length > 0) throw portError(mapping);
  const own = second ?? first;
  const host = second === undefined ? {} : { hostPort: portNumber(first, mapping) };
  return { protocol: protocol.toUpperCase(), containerPort: portNumber(own, mapping), ...host };
}

function portNumber(text: string, mapping: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw portError(mapping);
}

function portError(mapping: string): Error {
  return new Error(`"${mapping}" is no port mapping; allowed: PORT or HOST:PORT, and /tcp or /udp behind it`);
}

function userMount(runner: HookRunner, { sourceVolumePath, targetVolumePath, readOnly }: UserMount): Mount {
  return {
    name: "work",
    mountPath: targetVolumePath,
    subPath: insideWorkspace(runner, sourceVolumePath),
    ...(readOnly !== undefined && { readOnly }),
  };
}

function insideWorkspace({ workspace }: HookRunner, source: string): string {
  if (!source.startsWith("/")) return source;
  if (workspace !== undefined && source.startsWith(workspace)) return source.slice(workspace.length + 1);
  throw new Error(
    `"${source}" cannot be mounted: only folders inside the job's workspace (${workspace ?? "unknown"}) can`,
  );
}
