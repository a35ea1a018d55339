import { CoreV1Api, PatchStrategy, setHeaderOptions, type KubeConfig } from "@kubernetes/client-node";
import { mkdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { SimulatedNode } from "../../stacks/settings";
import { importImages } from "../images/import";
import type { Programs } from "../tools/ensure";
import { dnsObjects } from "./addons/dns";
import { kwok, simulatedNodeObjects, simulatedNodeStatus } from "./addons/simulated-nodes";
import { storageProvisioner } from "./addons/storage";
import { nodeName } from "./addresses";
import { applyObjects, loadKubeconfig } from "./api";
import { ensureCertificates } from "./certificates";
import { makeCgroups } from "./cgroups";
import { apiServer, controllerManager, etcd, scheduler } from "./components/control-plane";
import { containerd, kubelet, kubeProxy } from "./components/node";
import { writeKubeconfig } from "./kubeconfig";
import { ensureNamespaces } from "./namespaces";
import type { Paths } from "./paths";
import { ensureDaemon, stopDaemon, type Daemon } from "./processes";

/** Tells the user what happens now. */
export type Say = (message: string) => void;

/**
 * Brings the embedded cluster up: whatever runs already stays, whatever is missing starts. Safe to call again after any interruption.
 * @returns the kubeconfig of an administrator
 */
export async function startCluster(
  state: Paths,
  programs: Programs,
  nodes: readonly SimulatedNode[],
  say: Say,
): Promise<KubeConfig> {
  mkdirSync(state.root, { recursive: true, mode: 0o700 });
  const certificates = await ensureCertificates(state);
  say("network and mount namespaces");
  await ensureNamespaces(state, programs);
  makeCgroups();
  writeKubeconfig(state.kubeconfig, certificates, certificates.admin);

  const start = async (daemon: Daemon): Promise<boolean> => {
    say(daemon.name);
    return ensureDaemon(state, daemon);
  };
  await start(etcd(state, programs));
  // Those whose caches are of a server before this one would ask again only after a minute, and the scheduler ends itself for good when the
  // new server contradicts its cache ("Scheduler cache is corrupted").
  if (await start(apiServer(state, programs, certificates))) {
    for (const name of ["kube-controller-manager", "kube-scheduler", "storage-provisioner", "kwok"])
      await stopDaemon(state, name);
  }
  await start(controllerManager(state, programs, certificates));
  await start(scheduler(state, programs, certificates));
  await start(containerd(state, programs));
  say("images");
  await importImages(state, programs);
  await start(kubelet(state, programs, certificates));
  await start(kubeProxy(state, programs, certificates));

  const config = loadKubeconfig(state.kubeconfig);
  say("DNS, storage and simulated nodes");
  await applyObjects(config, [...dnsObjects(), ...simulatedNodeObjects(nodes)]);
  await setCapacities(config, nodes);
  await start(storageProvisioner(state, programs));
  await start(kwok(state, programs));
  say("nodes and DNS becoming ready");
  await waitForNodes(config, [nodeName, ...nodes.map((node) => node.name)]);
  await waitForDns(config);
  return config;
}

async function setCapacities(config: KubeConfig, nodes: readonly SimulatedNode[]): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  for (const node of nodes) {
    await api.patchNodeStatus(
      { name: node.name, body: simulatedNodeStatus(node) },
      setHeaderOptions("Content-Type", PatchStrategy.StrategicMergePatch),
    );
  }
}

async function waitForNodes(config: KubeConfig, names: readonly string[]): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  await waitUntil(90, `the nodes ${names.join(", ")} to become ready`, async () => {
    const { items } = await api.listNode();
    const ready = items.filter((node) =>
      node.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
    return names.every((name) => ready.some((node) => node.metadata?.name === name));
  });
}

async function waitForDns(config: KubeConfig): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  await waitUntil(90, "CoreDNS to become ready", async () => {
    const { items } = await api.listNamespacedPod({ namespace: "kube-system", labelSelector: "k8s-app=kube-dns" });
    return items.some((pod) =>
      pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
    );
  });
}

/** Asks until a condition holds; throws with what was waited for. A question that fails counts as "not yet". */
export async function waitUntil(seconds: number, what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      if (await holds()) return;
    } catch (error) {
      lastError = error;
    }
    await sleep(250);
  }
  throw new Error(`waited ${String(seconds)} s in vain for ${what}`, { cause: lastError });
}
