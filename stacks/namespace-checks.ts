import { BlockList, isIPv6 } from "node:net";

import { isDnsLabel } from "../components/arc/names";
import { namespaceOf } from "../components/runner-namespaces";
import type { Readable } from "./checks";
import { joinPath, type Problem, show } from "./problems";
import type { DestinationSettings } from "./settings";

/** Namespaces are the borders of trust: controller, jobs in pods and jobs beside a privileged daemon must not share one. */
export function namespaceProblems({ namespaces, scaleSets }: Readable): Problem[] {
  if (!namespaces) return [];
  const { controller, dind, kubernetes } = namespaces;
  const problems: Problem[] = [];
  for (const [key, value] of Object.entries({ dind, kubernetes })) {
    if (value !== controller) continue;
    const why = key === "dind" ? "its pods are privileged" : "its jobs are not trusted with the controller's rights";
    const path = `namespaces.${key}`;
    problems.push({ path, what: show(path, value), allowed: `another namespace than namespaces.controller: ${why}` });
  }
  if (dind === kubernetes) {
    const path = "namespaces.kubernetes";
    problems.push({ path, what: show(path, kubernetes), allowed: "another namespace than namespaces.dind" });
  }
  for (const [name, set] of Object.entries(scaleSets)) {
    if (set.namespace === undefined) continue;
    const path = joinPath("scaleSets", name, "namespace");
    const foreign = Object.entries(scaleSets).find(
      ([, other]) =>
        namespaceOf(other, namespaces) === set.namespace && (other.mode === "dind") !== (set.mode === "dind"),
    );
    if (set.namespace === controller || set.namespace === (set.mode === "dind" ? kubernetes : dind)) {
      problems.push({ path, what: show(path, set.namespace), allowed: "a namespace of no other trust" });
    } else if (foreign) {
      const allowed = `another namespace than that of ${foreign[0]}, which has mode ${foreign[1].mode}`;
      problems.push({ path, what: show(path, set.namespace), allowed });
    }
  }
  return problems;
}

/** Names of policies that are made anyway. */
const reserved = ["dns", "outbound", "api-server", "metrics"];

/** What is wrong with the destinations that runners and jobs may reach. */
export function networkProblems({ network }: Readable): Problem[] {
  if (!network) return [];
  return Object.entries(network.destinations).flatMap(([name, destination]) => {
    const path = joinPath("network", "destinations", name);
    const problems: Problem[] = [];
    if (!isDnsLabel(name) || name.length > 57 || reserved.includes(name)) {
      const allowed = `a DNS label of at most 57 characters, and none of ${reserved.join(", ")}`;
      problems.push({ path, what: `given ${JSON.stringify(name)}`, allowed });
    }
    if ((destination.namespace === undefined) === (destination.cidrs === undefined))
      problems.push({ path, what: "names no target, or two", allowed: "exactly one of namespace and cidrs" });
    return [...problems, ...addressProblems(`${path}.cidrs`, destination, network.blockedCidrs)];
  });
}

function addressProblems(path: string, { cidrs = [] }: DestinationSettings, blocked: readonly string[]): Problem[] {
  return cidrs.flatMap((range) => {
    const list = new BlockList();
    try {
      const [address = "", bits] = range.split("/");
      list.addSubnet(address, Number(bits), isIPv6(address) ? "ipv6" : "ipv4");
    } catch {
      return [{ path, what: show(path, range), allowed: "an address range such as 10.20.0.0/16" }];
    }
    const hit = blocked.find((other) => {
      const [address = ""] = other.split("/");
      return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
    });
    if (hit === undefined) return [];
    const allowed = `ranges without ${hit}, which network.blockedCidrs closes`;
    return [{ path, what: show(path, range), allowed, fix: "name smaller ranges" }];
  });
}
