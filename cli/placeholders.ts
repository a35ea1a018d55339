import { csiSecretNames } from "../components/storage/external-ceph-input";
import type { secretKeys } from "../stacks/secrets";

export type SecretKey = (typeof secretKeys)[number];

/** Part of every placeholder, so that one that turns up where no secret may be is found. */
export const placeholderMark = "offline-placeholder";

/**
 * Something in the place of a secret that this machine does not have, for commands that only look. It has the form that the settings'
 * checks want and is nothing that anybody accepts. It is the same in every run: names of objects may hold a digest of it.
 *
 * @param names for what a secret with several values must have one
 */
export function placeholder(key: SecretKey, names: readonly string[] = []): string {
  const text = `${placeholderMark}-${key}`;
  return (forms[key] ?? ((plain: string) => plain))(text, names);
}

const forms: Readonly<Partial<Record<SecretKey, (text: string, names: readonly string[]) => string>>> = {
  kubeconfig: (text) => JSON.stringify({ apiVersion: "v1", kind: "Config", "current-context": text }),
  githubAppPrivateKey: (text) => `-----BEGIN PLACEHOLDER PRIVATE KEY-----\n${text}\n`,
  registryCredentials: (text) => JSON.stringify({ auths: { "registry.invalid": { auth: text } } }),
  externalCeph: (text) => JSON.stringify(externalCeph(text)),
  organizationSecrets: (text, names) => JSON.stringify(Object.fromEntries(names.map((name) => [name, text]))),
};

/** Of the form that Rook's script prints for a cluster elsewhere; the address is one for documentation. */
function externalCeph(text: string): object[] {
  const plain = text.replaceAll("-", "");
  const secret = (name: string, data: object): object => ({ kind: "Secret", name, data });
  const user = (name: string): object => secret(name, { userID: plain, userKey: plain.repeat(2).padEnd(36, "0") });
  return [
    secret("rook-ceph-mon", { fsid: "00000000-0000-0000-0000-000000000000" }),
    { kind: "ConfigMap", name: "rook-ceph-mon-endpoints", data: { data: "a=192.0.2.1:6789", maxMonId: "0" } },
    ...["rook-ceph-operator-creds", ...csiSecretNames].map(user),
  ];
}
