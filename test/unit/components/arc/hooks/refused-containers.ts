import { job, logs, novolume, redis, type Refused } from "./refused";

/** What is refused of a template's containers and volumes. */
export const refusedContainers: readonly Refused[] = [
  // Containers.
  [
    "an image of the job",
    (t) => (job(t)["image"] = "x:1"),
    'spec.containers["$job"].image: given; nothing: the image comes from the workflow, and the hook ignores this one; remove it',
  ],
  [
    "an image of a service",
    (t) => (redis(t)["image"] = "x:1"),
    'spec.containers["$redis"].image: given; nothing: the image comes from the workflow, and the hook ignores this one; remove it',
  ],
  [
    "a command of the job",
    (t) => (job(t)["command"] = ["sleep"]),
    `spec.containers["$job"].command: given; nothing: the hook's own command keeps the container alive, and steps are run inside it; remove it`,
  ],
  [
    "arguments of the job",
    (t) => (job(t)["args"] = ["9"]),
    `spec.containers["$job"].args: given; nothing: the hook's own command keeps the container alive, and steps are run inside it; remove it`,
  ],
  [
    "a side-car without image",
    (t) => delete logs(t)["image"],
    "spec.containers.logs.image: not set; the image of this side-car; write $<service> as name to change the container of a service",
  ],
  [
    "a side-car without a tag",
    (t) => (logs(t)["image"] = "a.io:5000/b"),
    'spec.containers.logs.image: given "a.io:5000/b"; an image with a tag other than latest',
  ],
  [
    "the tag latest",
    (t) => (logs(t)["image"] = "b:latest"),
    'spec.containers.logs.image: given "b:latest"; an image with a tag other than latest',
  ],
  [
    "a side-car without digest where one is wanted",
    () => undefined,
    'spec.containers.logs.image: given "fluent-bit:4.1.0"; an image with a digest: NAME:TAG@sha256:DIGEST',
    { requireDigest: true },
  ],
  [
    "a container without a name",
    (t) => t.spec.containers.push({ ...logs(t), name: undefined }),
    "spec.containers.3.name: not set; $job, $<service> for the container of a service, or the name of a side-car",
  ],
  [
    "a container given twice",
    (t) => t.spec.containers.push(redis(t)),
    'spec.containers: "$redis" given twice; each name once: of two, the hook reads the first, and Kubernetes refuses both',
  ],
  [
    "the name of the job's container",
    (t) => (logs(t)["name"] = "job"),
    `spec.containers.job.name: given "job"; another name: the hook's own container has this one; write $job to change the job's container`,
  ],
  [
    "no request of the job",
    (t) => (job(t)["resources"] = { requests: { memory: "1Gi" } }),
    'spec.containers["$job"].resources.requests.cpu: not set; a quantity: the namespace has a quota',
  ],
  [
    "a limit without request",
    (t) => (job(t)["resources"] = { requests: { memory: "1Gi" }, limits: { cpu: "32" } }),
    'spec.containers["$job"].resources.requests.cpu: not set; a quantity: the namespace has a quota; write it out: as it is, the job requests its limit of 32',
  ],
  [
    "no request of a side-car",
    (t) => (logs(t)["resources"] = { requests: { cpu: "1" } }),
    "spec.containers.logs.resources.requests.memory: not set; a quantity: the namespace has a quota",
  ],
  [
    "a quantity that is none",
    (t) => (logs(t)["resources"] = { requests: { cpu: "1", memory: "1GB" } }),
    'spec.containers.logs.resources.requests.memory: given "1GB"; a quantity such as "250m", "1.5", "64Mi" or "10Gi"',
  ],
  [
    "a device with another limit than request",
    (t) =>
      (job(t)["resources"] = {
        requests: { cpu: "1", memory: "1Gi", "a.com/fpga": "1" },
        limits: { "a.com/fpga": "2" },
      }),
    'spec.containers["$job"].resources: a.com/fpga: request 1, limit 2; request and limit of a device that are equal',
  ],
  [
    "a device without request",
    (t) => (job(t)["resources"] = { requests: { cpu: "1", memory: "1Gi" }, limits: { "a.com/fpga": "1" } }),
    'spec.containers["$job"].resources: a.com/fpga: request not set, limit 1; request and limit of a device that are equal',
  ],

  // Volumes.
  [
    "a mount without its volume",
    (t) => (logs(t)["volumeMounts"] = [{ name: "ccache", mountPath: "/x" }]),
    'spec.containers.logs.volumeMounts.0.name: given "ccache", which is no volume; ccache-cache, work; define it under spec.volumes',
  ],
  [
    "a mount of a misspelt volume",
    (t) => (logs(t)["volumeMounts"] = [{ name: "ccache-cach", mountPath: "/x" }]),
    'spec.containers.logs.volumeMounts.0.name: given "ccache-cach", which is no volume; ccache-cache, work; did you mean ccache-cache?',
  ],
  [
    "a volume that nobody mounts",
    (t) => t.spec.volumes.push({ name: "x", emptyDir: {} }),
    "spec.volumes.x: not mounted by any container; mount it, or remove it",
  ],
  [
    "a volume given twice",
    (t) => t.spec.volumes.push({ name: "ccache-cache", emptyDir: {} }),
    'spec.volumes.1: "ccache-cache" given twice; each volume once',
  ],
  [
    "a volume of the hook",
    (t) => t.spec.volumes.push({ name: "work", emptyDir: {} }),
    'spec.volumes.work: given "work"; another name: the hook defines this volume itself',
  ],
  [
    "a volume of the newer hooks",
    (t) => t.spec.volumes.push({ name: "github", emptyDir: {} }),
    'spec.volumes.github: given "github"; another name: the hook defines this volume itself',
    novolume,
  ],
  [
    "a path of the hook",
    (t) => (redis(t)["volumeMounts"] = [{ name: "ccache-cache", mountPath: "/__w" }]),
    'spec.containers["$redis"].volumeMounts.0.mountPath: given "/__w"; another path: the hook mounts a volume of its own there',
  ],
  [
    "a path given twice",
    (t) =>
      (logs(t)["volumeMounts"] = ["a", "b"].map((subPath) => ({ name: "ccache-cache", mountPath: "/x", subPath }))),
    'spec.containers.logs.volumeMounts.1.mountPath: "/x" given twice; each path once',
  ],
  [
    "one path in two containers of mode kubernetes-novolume",
    (t) => (redis(t)["volumeMounts"] = [{ name: "ccache-cache", mountPath: "/mnt/cache/ccache" }]),
    'spec.containers["$redis"].volumeMounts.0.mountPath: "/mnt/cache/ccache" is a mount of $job already; another path: hooks of mode kubernetes-novolume give every container the mounts of all of them',
    novolume,
  ],
];
