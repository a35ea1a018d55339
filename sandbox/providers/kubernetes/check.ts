import { createHash, randomBytes } from "node:crypto";
import type { Session } from "./configure.js";
import { ProviderError } from "./errors.js";
import { isAnnotatedTrue, type KubernetesObject } from "./json.js";
import { objectFromInputs } from "./objects.js";
import { isPatchType, nameOfUrn, parseTypeToken, typeOfUrn } from "./type-token.js";
import {
  isPropertyMap,
  isSecret,
  isUnknown,
  secret,
  unwrap,
  type PropertyMap,
  type PropertyValue,
} from "../shared/values.js";

export interface CheckInput {
  readonly urn: string;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly randomSeed: Uint8Array;
  /** The engine's wish for autonaming, if the project configures any. */
  readonly autonaming?: { readonly mode: "propose" | "enforce" | "disable"; readonly proposedName: string };
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

const AUTONAMED = "pulumi.com/autonamed";

/** Completes inputs (name, namespace) and reports what is wrong with them whatever the cluster says. */
export async function check(
  session: Session | undefined,
  input: CheckInput,
): Promise<{ inputs: PropertyMap; failures: CheckFailure[] }> {
  const type = typeOfUrn(input.urn);
  const token = parseTypeToken(type);
  const object = objectFromInputs(input.news, type);
  if (/List(Patch)?$/.test(token.kind) && Array.isArray(object.items)) {
    throw new ProviderError(
      `${token.kind} exists only for manifests: create its items as resources of their own instead`,
    );
  }
  const metadata = unwrap(input.news.metadata);
  const failures = problems(type, object, input.news, metadata);
  if (failures.length > 0) return { inputs: input.news, failures };
  // an unknown metadata as a whole (preview) can be neither named nor placed
  if (metadata !== undefined && !isPropertyMap(metadata)) return { inputs: input.news, failures };

  const completed: PropertyMap = { ...(metadata ?? {}) };
  if (isUnset(completed.name)) assignName(completed, input, type);
  if (object.kind === "CustomResourceDefinition") session?.discovery.declare(object);
  if (isUnset(completed.namespace)) {
    const namespaced = await session?.discovery.isNamespaced(object.apiVersion, object.kind);
    if (namespaced === true) completed.namespace = session?.defaultNamespace;
  }
  const rewrapped = isSecret(input.news.metadata) ? secret(completed) : completed;
  return { inputs: { ...input.news, metadata: rewrapped }, failures };
}

/** Takes the old automatic name, the name the engine proposes, or makes one from the engine's seed, in this order. */
function assignName(metadata: PropertyMap, input: CheckInput, type: string): void {
  const old = objectFromInputs(input.olds, type);
  if (old.metadata.name !== undefined && isAnnotatedTrue(old, AUTONAMED)) metadata.name = old.metadata.name;
  else if (input.autonaming?.mode === "disable") {
    throw new ProviderError("autonaming is disabled for this project: set metadata.name");
  } else if (input.autonaming !== undefined && input.autonaming.proposedName !== "") {
    metadata.name = input.autonaming.proposedName;
  } else metadata.name = `${nameOfUrn(input.urn)}-${suffix(input.randomSeed)}`;
  const annotations = metadata.annotations ?? {};
  if (isPropertyMap(annotations)) metadata.annotations = { ...annotations, [AUTONAMED]: "true" };
}

function suffix(seed: Uint8Array): string {
  const bytes = seed.length > 0 ? seed : randomBytes(16);
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8);
}

function problems(
  type: string,
  object: KubernetesObject,
  news: PropertyMap,
  metadata: PropertyValue | undefined,
): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const token = parseTypeToken(type);
  const patch = isPatchType(type, object.kind);
  if (!patch && object.kind !== token.kind && !isUnknown(object.kind)) {
    failures.push({
      property: "kind",
      reason: `kind is ${object.kind}, but the resource's type ${type} says ${token.kind}`,
    });
  }
  if (metadata !== undefined && !isPropertyMap(metadata) && !isUnknown(metadata)) {
    failures.push({ property: "metadata", reason: "metadata must be an object" });
  }
  const fields = isPropertyMap(metadata) ? metadata : {};
  for (const field of ["name", "namespace"]) {
    const value = unwrap(fields[field]);
    if (!isUnset(value) && typeof value !== "string") {
      failures.push({
        property: `metadata.${field}`,
        reason: `metadata.${field} must be a string, not ${typeof value}`,
      });
    }
  }
  if (patch && isUnset(fields.name)) {
    failures.push({
      property: "metadata.name",
      reason: `${token.kind} changes an existing object: metadata.name must name it`,
    });
  }
  if (isUnset(fields.name) && !isUnset(fields.generateName)) {
    const reason = "metadata.generateName does not work with server-side apply: leave out both for an automatic name";
    failures.push({ property: "metadata.generateName", reason });
  }
  if (news.spec !== undefined && typeof unwrap(news.spec) !== "object" && !isUnknown(unwrap(news.spec))) {
    failures.push({ property: "spec", reason: "spec must be an object" });
  }
  return failures;
}

function isUnset(value: PropertyValue | undefined): boolean {
  return value === undefined || value === null || value === "";
}
