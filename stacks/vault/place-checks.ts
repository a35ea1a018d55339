import { isIP } from "node:net";

import { namespaceOf } from "../../components/runner-namespaces";
import { serverNames } from "../../components/vault/server-names";
import type { Readable } from "../checks";
import { joinPath, type Problem, show } from "../problems";
import type { VaultSettings } from "./schema";

/** Longest name of the cluster: names of objects and labels with at most 63 letters are made from it. */
const mostLetters = 40;

/** Where Vault lives, and on what. */
export function placeProblems(vault: VaultSettings, settings: Readable): Problem[] {
  return [
    ...nameProblems(vault),
    ...namespaceProblems(vault, settings),
    ...accountProblems(vault, settings),
    ...storageProblems(vault, settings),
    ...addressProblems(vault),
  ];
}

function nameProblems({ name }: VaultSettings): Problem[] {
  if (name.length <= mostLetters) return [];
  const path = "vault.name";
  return [{ path, what: show(path, name), allowed: `at most ${mostLetters} letters: names of objects begin with it` }];
}

function namespaceProblems({ namespace }: VaultSettings, settings: Readable): Problem[] {
  const { namespaces, scaleSets, certManager, storage, legacy } = settings;
  const taken = new Map<string, string>([
    ...Object.entries(legacy?.namespaces ?? {}).map(([key, name]) => [name, `legacy.namespaces.${key}`] as const),
    ...(storage?.rook ? [[storage.rook.namespace, "storage.rook.namespace"] as const] : []),
    ...(certManager ? [[certManager.namespace, "certManager.namespace"] as const] : []),
    ...(namespaces
      ? [
          ...Object.entries(scaleSets).map(
            ([set, own]) => [namespaceOf(own, namespaces), joinPath("scaleSets", set)] as const,
          ),
          [namespaces.controller, "namespaces.controller"] as const,
        ]
      : []),
  ]);
  const other = taken.get(namespace);
  if (other === undefined) return [];
  const path = "vault.namespace";
  const allowed = `another one than ${other}: whoever reads Secrets there gets at Vault`;
  return [{ path, what: show(path, namespace), allowed }];
}

/** Roles in AWS trust a ServiceAccount by its name. */
function accountProblems({ namespace, name, unseal }: VaultSettings, { aws }: Readable): Problem[] {
  if (!aws) return [];
  const problems: Problem[] = [];
  const unsealed = unseal.method === "awskms" && aws.unseal !== undefined;
  if ((unsealed || aws.backup) && aws.vault.namespace !== namespace) {
    const path = "aws.vault.namespace";
    problems.push({ path, what: show(path, aws.vault.namespace), allowed: `vault.namespace, which is ${namespace}` });
  }
  const account = serverNames(name).serviceAccount;
  if (unsealed && aws.vault.serviceAccount !== account) {
    const path = "aws.vault.serviceAccount";
    const allowed = `${account}, the account of the servers`;
    problems.push({ path, what: show(path, aws.vault.serviceAccount), allowed });
  }
  return problems;
}

/** Classes that others make may do anything, so they are not judged. */
function storageProblems({ storage: own }: VaultSettings, { storage, production }: Readable): Problem[] {
  if (production !== true || !storage || storage.backend === "existing") return [];
  const { block, shared, retained } = storage.classes;
  const { className } = own;
  if (className === undefined && retained === undefined) {
    const path = "storage.classes.retained";
    const allowed = "the name of a class, for Vault in production: its volumes outlive their claims";
    return [{ path, what: "not set", allowed }];
  }
  if (className === undefined || (className !== block && className !== shared)) return [];
  const path = "vault.storage.className";
  const allowed = `${retained ?? "a class that retains"} in production: volumes of ${className} are deleted with their claims`;
  return [{ path, what: show(path, className), allowed }];
}

function addressProblems({ clusterIp, clientCidrs }: VaultSettings): Problem[] {
  return [
    ...(clusterIp === undefined || isIP(clusterIp) !== 0
      ? []
      : [
          {
            path: "vault.clusterIp",
            what: show("", clusterIp),
            allowed: "an IP address of the cluster's Service range",
          },
        ]),
    ...clientCidrs.flatMap((cidr, index) => {
      const path = joinPath("vault", "clientCidrs", index);
      return /\/0$/.test(cidr) ? [{ path, what: show(path, cidr), allowed: "a range that is not everything" }] : [];
    }),
  ];
}
