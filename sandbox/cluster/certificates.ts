import { webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addresses, nodeName } from "./addresses";
import { dns, generateKeys, ip, issue, type KeyPair, makeAuthority, pem, type Subject, writeKey } from "./authority";
import type { Paths } from "./paths";

/** All certificates and keys of the cluster, as file names. */
export interface Certificates {
  readonly authority: KeyPair;
  readonly apiServer: KeyPair;
  /** The API server's own identity towards the kubelet. */
  readonly apiServerKubeletClient: KeyPair;
  readonly kubelet: KeyPair;
  readonly admin: KeyPair;
  readonly controllerManager: KeyPair;
  readonly scheduler: KeyPair;
  readonly proxy: KeyPair;
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccounts: KeyPair;
}

const subjects: Readonly<Record<Exclude<keyof Certificates, "authority" | "serviceAccounts">, Subject>> = {
  apiServer: {
    commonName: "kube-apiserver",
    names: [
      ...[
        "localhost",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        "kubernetes.default.svc.cluster.local",
      ].map(dns),
      ...["127.0.0.1", addresses.kubernetesService, addresses.gateway].map(ip),
    ],
  },
  apiServerKubeletClient: { commonName: "kube-apiserver-kubelet-client", organization: "system:masters" },
  kubelet: {
    commonName: `system:node:${nodeName}`,
    organization: "system:nodes",
    names: [dns(nodeName), ip(addresses.gateway)],
  },
  admin: { commonName: "sandbox-admin", organization: "system:masters" },
  controllerManager: { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
  proxy: { commonName: "system:kube-proxy" },
};

function pair(state: Paths, name: string): KeyPair {
  return { certificate: join(state.certificates, `${name}.crt`), key: join(state.certificates, `${name}.key`) };
}

/** The file names, whether the files exist or not. */
export function certificateFiles(state: Paths): Certificates {
  return {
    authority: pair(state, "authority"),
    apiServer: pair(state, "apiServer"),
    apiServerKubeletClient: pair(state, "apiServerKubeletClient"),
    kubelet: pair(state, "kubelet"),
    admin: pair(state, "admin"),
    controllerManager: pair(state, "controllerManager"),
    scheduler: pair(state, "scheduler"),
    proxy: pair(state, "proxy"),
    serviceAccounts: pair(state, "serviceAccounts"),
  };
}

/** Makes a certificate authority and all certificates, unless a complete set exists. Keys are readable by their owner alone. */
export async function ensureCertificates(state: Paths): Promise<Certificates> {
  const files = certificateFiles(state);
  const complete = join(state.certificates, "complete");
  if (existsSync(complete)) return files;
  mkdirSync(state.certificates, { recursive: true, mode: 0o700 });
  const authority = await makeAuthority(files.authority, "sandbox-authority");
  for (const [name, subject] of Object.entries(subjects)) {
    await issue(pair(state, name), subject, authority);
  }
  const serviceAccounts = await generateKeys();
  await writeKey(files.serviceAccounts.key, serviceAccounts.privateKey);
  const publicKey = await webcrypto.subtle.exportKey("spki", serviceAccounts.publicKey);
  writeFileSync(files.serviceAccounts.certificate, pem(publicKey, "PUBLIC KEY"));
  writeFileSync(complete, "");
  return files;
}

/** Content of a PEM file in base64, as kubeconfig files want it. */
export function base64Of(file: string): string {
  return readFileSync(file).toString("base64");
}
