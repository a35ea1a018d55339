import { PassThrough } from "node:stream";

import { AppsV1Api, CoreV1Api, Exec, type KubeConfig, type V1Status } from "@kubernetes/client-node";

import { isObject } from "../../stacks/merge";
import { UserError } from "../user-error";
import { parseImageList } from "./image-list";
import type { ListedImage } from "./objects";

const deployment = "rook-ceph-tools";

/** Whether the cluster has Rook's tools. Whoever may not look is told the same as if there were none. */
export async function hasCephTools(config: KubeConfig, namespace: string): Promise<boolean> {
  try {
    await config.makeApiClient(AppsV1Api).readNamespacedDeployment({ name: deployment, namespace });
    return true;
  } catch {
    return false;
  }
}

/** Lists a pool and its trash in the pod of Rook's tools, and asks each image of the pool for its age. Needs the right `pods/exec`. */
export async function listImages(config: KubeConfig, namespace: string, pool: string): Promise<readonly ListedImage[]> {
  const pod = await toolsPod(config, namespace);
  const rbd = (...args: string[]) => run(config, namespace, pod, ["rbd", ...args, "--format", "json"]);
  const names = parseImageList(await rbd("ls", pool), `pool ${pool}`);
  const trash = parseImageList(await rbd("trash", "ls", pool), `the trash of pool ${pool}`);
  const images: ListedImage[] = [];
  for (const { name } of names) {
    const info: unknown = JSON.parse(await rbd("info", `${pool}/${name}`));
    const created = isObject(info) ? new Date(String(info["create_timestamp"])) : new Date(Number.NaN);
    images.push({ name, trash: false, ...(!Number.isNaN(created.getTime()) && { created }) });
  }
  return [...images, ...trash];
}

async function toolsPod(config: KubeConfig, namespace: string): Promise<string> {
  const { items } = await config
    .makeApiClient(CoreV1Api)
    .listNamespacedPod({ namespace, labelSelector: `app=${deployment}` });
  const name = items.find(({ status }) => status?.phase === "Running")?.metadata?.name;
  if (name === undefined) throw new UserError(`no running pod of ${deployment} in namespace ${namespace}`);
  return name;
}

async function run(config: KubeConfig, namespace: string, pod: string, command: string[]): Promise<string> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  let [output, errors] = ["", ""];
  out.on("data", (chunk: Buffer) => (output += chunk.toString()));
  err.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config).exec(namespace, pod, deployment, command, out, err, null, false, resolve).catch(reject);
  });
  if (status.status !== "Success")
    throw new UserError(`${command.join(" ")} failed: ${errors.trim() || status.message}`);
  return output;
}
