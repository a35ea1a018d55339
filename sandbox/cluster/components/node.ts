import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { pauseImage } from "../../images/catalog";
import { program, type Programs } from "../../tools/ensure";
import { addresses, nodeName } from "../addresses";
import { cgroupRoot, cgroupVersion } from "../cgroups";
import type { Certificates } from "../certificates";
import { writeConfigFile } from "../config-file";
import { writeKubeconfig } from "../kubeconfig";
import { insideCluster } from "../namespaces";
import type { Paths } from "../paths";
import type { Daemon } from "../processes";
import { servesKubelet } from "./container-runtime";

/** containerd's configuration: own folders and socket, so that it lives beside another containerd of the machine. */
export function containerdConfig(state: Paths, runc: string, cniFolder: string): string {
  return `version = 2
root = "${join(state.containerd, "root")}"
state = "${join(state.containerd, "state")}"
[grpc]
  address = "${state.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Without CAP_SYS_RESOURCE a process cannot lower its own OOM score; runc then fails with an error that hides the reason.
  restrict_oom_score_adj = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "${runc}"
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${cniFolder}"
    conf_dir = "${join(state.config, "cni")}"
`;
}

const cniConfig = {
  cniVersion: "1.0.0",
  name: "sandbox",
  plugins: [
    {
      type: "bridge",
      bridge: addresses.bridge,
      isGateway: true,
      ipMasq: false,
      hairpinMode: true,
      ipam: { type: "host-local", ranges: [[{ subnet: addresses.podNetwork }]], routes: [{ dst: "0.0.0.0/0" }] },
    },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
};

export function containerd(state: Paths, programs: Programs): Daemon {
  const cniFolder = dirname(program(programs, "bridge"));
  writeConfigFile(join(state.config, "cni", "10-sandbox.conflist"), JSON.stringify(cniConfig, undefined, 2));
  const file = writeConfigFile(
    join(state.config, "containerd.toml"),
    containerdConfig(state, program(programs, "runc"), cniFolder),
  );
  return {
    name: "containerd",
    command: insideCluster(state, programs, [program(programs, "containerd"), "--config", file]),
    // containerd looks for its shim beside itself and on PATH, and the CNI plugins call iptables.
    env: { PATH: ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(":") },
    ready: async () => existsSync(state.containerdSocket) && (await servesKubelet(state.containerdSocket)),
    configFiles: [file],
  };
}

function kubeletConfig(state: Paths, certificates: Certificates): object {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: addresses.gateway,
    healthzBindAddress: "127.0.0.1",
    staticPodPath: "",
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificates.authority.certificate },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: certificates.kubelet.certificate,
    tlsPrivateKeyFile: certificates.kubelet.key,
    clusterDNS: [addresses.dnsService],
    clusterDomain: "cluster.local",
    resolvConf: join(state.config, "resolv.conf"),
    containerRuntimeEndpoint: `unix://${state.containerdSocket}`,
    cgroupDriver: "cgroupfs",
    cgroupRoot,
    // kubelet 1.35 refuses version 1 of cgroups unless told otherwise.
    failCgroupV1: cgroupVersion() === 2,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    // The sandbox must not evict its own pods because somebody's disk is nearly full; `doctor` says how much is free.
    evictionHard: {},
    imageGCHighThresholdPercent: 100,
    volumePluginDir: join(state.config, "volume-plugins"),
    maxPods: 200,
    // Ten runners start at once in a burst; the defaults (5 and 10) would spread them over seconds.
    registryPullQPS: 50,
    kubeAPIQPS: 100,
    kubeAPIBurst: 200,
    serializeImagePulls: false,
  };
}

const kubeletPort = 10250;

function acceptsConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2000 }, () => end(true));
    const end = (accepted: boolean) => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once("error", () => end(false)).once("timeout", () => end(false));
  });
}

export function kubelet(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  const kubeconfig = join(state.config, "kubelet.kubeconfig");
  writeKubeconfig(kubeconfig, certificates, certificates.kubelet);
  writeConfigFile(join(state.config, "resolv.conf"), "# pods ask the cluster's DNS alone\n");
  const file = writeConfigFile(join(state.config, "kubelet.yaml"), stringify(kubeletConfig(state, certificates)));
  return {
    name: "kubelet",
    command: insideCluster(state, programs, [
      program(programs, "kube"),
      "kubelet",
      `--config=${file}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${addresses.gateway}`,
      `--node-labels=runner-platform/sandbox=true`,
    ]),
    // Opened after all that makes a kubelet give up. The node itself says "ready" for a minute after its kubelet died.
    ready: () => acceptsConnections(addresses.gateway, kubeletPort),
    configFiles: [file, kubeconfig],
  };
}

export function kubeProxy(state: Paths, programs: Programs, certificates: Certificates): Daemon {
  const kubeconfig = join(state.config, "kube-proxy.kubeconfig");
  writeKubeconfig(kubeconfig, certificates, certificates.proxy);
  const config = {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    bindAddress: addresses.gateway,
    healthzBindAddress: "127.0.0.1:10256",
    metricsBindAddress: "127.0.0.1:10249",
    clientConnection: { kubeconfig },
    clusterCIDR: addresses.podNetwork,
    hostnameOverride: nodeName,
    mode: "iptables",
    nodePortAddresses: [addresses.podNetwork],
    // The connection table is sized for the machine; a network namespace may not change that.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
  const file = writeConfigFile(join(state.config, "kube-proxy.yaml"), stringify(config));
  return {
    name: "kube-proxy",
    command: insideCluster(state, programs, [program(programs, "kube"), "kube-proxy", `--config=${file}`]),
    configFiles: [file, kubeconfig],
  };
}
