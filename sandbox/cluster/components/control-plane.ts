import { mkdirSync } from "node:fs";
import { get } from "node:http";
import { request } from "node:https";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { program, type Programs } from "../../tools/ensure";
import { addresses } from "../addresses";
import type { Certificates } from "../certificates";
import { writeKubeconfig } from "../kubeconfig";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";

/** Whether an http address answers with a 2xx code. Only usable from inside the network namespace; from outside use the API server. */
export function answersHttp(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode !== undefined && response.statusCode >= 200 && response.statusCode < 300);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

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

/** etcd listens on a Unix-like loopback address of the cluster's own network namespace: nothing on the host can reach it. */
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
    // The API server refuses to become ready without etcd, so a living process is enough here.
    ready: () => Promise.resolve(true),
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

export function controllerManager(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  const kubeconfig = join(state.config, "controller-manager.kubeconfig");
  writeKubeconfig(kubeconfig, certificates, certificates.controllerManager);
  return {
    name: "kube-controller-manager",
    command: insideCluster(state, programs, [
      program(programs, "kube"),
      "kube-controller-manager",
      `--kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      "--use-service-account-credentials",
      `--root-ca-file=${certificates.authority.certificate}`,
      `--service-account-private-key-file=${certificates.serviceAccounts.key}`,
      `--cluster-signing-cert-file=${certificates.authority.certificate}`,
      `--cluster-signing-key-file=${certificates.authority.key}`,
      "--profiling=false",
    ]),
    ready: () => Promise.resolve(true),
    configFiles: [kubeconfig],
  };
}

export function scheduler(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  const kubeconfig = join(state.config, "scheduler.kubeconfig");
  writeKubeconfig(kubeconfig, certificates, certificates.scheduler);
  return {
    name: "kube-scheduler",
    command: insideCluster(state, programs, [
      program(programs, "kube"),
      "kube-scheduler",
      `--kubeconfig=${kubeconfig}`,
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      "--profiling=false",
    ]),
    ready: () => Promise.resolve(true),
    configFiles: [kubeconfig],
  };
}
