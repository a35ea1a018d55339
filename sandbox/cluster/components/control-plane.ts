import { mkdirSync, readFileSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { program, type Programs } from "../../tools/ensure";
import { addresses } from "../addresses";
import type { KeyPair } from "../authority";
import type { Certificates } from "../certificates";
import { writeKubeconfig } from "../kubeconfig";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";

/** Whether the API server says that it is ready. */
export function apiServerReady(certificates: Certificates): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = request(
      {
        host: addresses.gateway,
        port: addresses.apiServerPort,
        path: "/readyz",
        ca: readFileSync(certificates.authority.certificate),
        cert: readFileSync(certificates.admin.certificate),
        key: readFileSync(certificates.admin.key),
        timeout: 2000,
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === 200);
      },
    );
    probe.on("timeout", () => probe.destroy());
    probe.on("error", () => resolve(false));
    probe.end();
  });
}

/** etcd listens on the loopback interface of the cluster's own network namespace: nothing on the host can reach it. */
export function etcd(state: Paths, programs: Programs): Daemon {
  mkdirSync(state.etcd, { recursive: true, mode: 0o700 });
  return {
    name: "etcd",
    command: insideCluster(state, programs, [
      program(programs, "etcd"),
      "--name=sandbox",
      `--data-dir=${state.etcd}`,
      "--listen-client-urls=http://127.0.0.1:2379",
      "--advertise-client-urls=http://127.0.0.1:2379",
      "--listen-peer-urls=http://127.0.0.1:2380",
      "--initial-advertise-peer-urls=http://127.0.0.1:2380",
      "--initial-cluster=sandbox=http://127.0.0.1:2380",
      // A sandbox may lose its last second when the machine loses power; in return every write is several times quicker.
      "--unsafe-no-fsync",
      "--log-level=warn",
    ]),
    // No question of its own: the API server does not become ready without etcd.
  };
}

export function apiServer(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  return {
    name: "kube-apiserver",
    command: insideCluster(state, programs, [
      program(programs, "kube"),
      "kube-apiserver",
      "--etcd-servers=http://127.0.0.1:2379",
      `--bind-address=${addresses.gateway}`,
      `--advertise-address=${addresses.gateway}`,
      `--secure-port=${String(addresses.apiServerPort)}`,
      "--allow-privileged=true",
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--anonymous-auth=false",
      "--profiling=false",
      `--service-cluster-ip-range=${addresses.serviceNetwork}`,
      `--client-ca-file=${certificates.authority.certificate}`,
      `--tls-cert-file=${certificates.apiServer.certificate}`,
      `--tls-private-key-file=${certificates.apiServer.key}`,
      `--kubelet-certificate-authority=${certificates.authority.certificate}`,
      `--kubelet-client-certificate=${certificates.apiServerKubeletClient.certificate}`,
      `--kubelet-client-key=${certificates.apiServerKubeletClient.key}`,
      "--kubelet-preferred-address-types=InternalIP",
      "--service-account-issuer=https://kubernetes.default.svc",
      `--service-account-key-file=${certificates.serviceAccounts.certificate}`,
      `--service-account-signing-key-file=${certificates.serviceAccounts.key}`,
    ]),
    ready: () => apiServerReady(certificates),
    readySeconds: 120,
  };
}

/** A part of the control plane that is a client of the API server, and the only one of its kind: it needs no election. */
function apiClient(
  state: Paths,
  programs: Programs,
  certificates: Certificates,
  name: "kube-controller-manager" | "kube-scheduler",
  client: KeyPair,
  flags: readonly string[] = [],
): Daemon {
  const kubeconfig = join(state.config, `${name.replace("kube-", "")}.kubeconfig`);
  writeKubeconfig(kubeconfig, certificates, client);
  return {
    name,
    command: insideCluster(state, programs, [
      program(programs, "kube"),
      name,
      `--kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      "--profiling=false",
      ...flags,
    ]),
    configFiles: [kubeconfig],
  };
}

export function controllerManager(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  const { authority, serviceAccounts } = certificates;
  return apiClient(state, programs, certificates, "kube-controller-manager", certificates.controllerManager, [
    "--use-service-account-credentials",
    `--root-ca-file=${authority.certificate}`,
    `--service-account-private-key-file=${serviceAccounts.key}`,
    `--cluster-signing-cert-file=${authority.certificate}`,
    `--cluster-signing-key-file=${authority.key}`,
  ]);
}

export function scheduler(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  return apiClient(state, programs, certificates, "kube-scheduler", certificates.scheduler);
}
