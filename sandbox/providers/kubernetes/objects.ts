import { createHash } from "node:crypto";
import type { Session } from "./configure.js";
import { restPath, type KindInfo } from "./discovery.js";
import { isNotFound, ProviderError } from "./errors.js";
import {
  annotation,
  isAnnotatedTrue,
  isObject,
  withoutNulls,
  type Json,
  type JsonObject,
  type KubernetesObject,
} from "./json.js";
import { parseTypeToken } from "./type-token.js";
import { reveal, type PropertyMap } from "../shared/values.js";

/** What identifies one object in the cluster. */
export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface ApplyOptions {
  readonly fieldManager: string;
  readonly force: boolean;
  readonly dryRun?: boolean;
  readonly onWarning?: (text: string) => void;
}

/** The SDK cannot have dashes in property names: it writes these CRD schema fields with underscores. */
const UNDERSCORED = new Map(
  [
    "embedded-resource",
    "int-or-string",
    "list-map-keys",
    "list-type",
    "map-type",
    "preserve-unknown-fields",
    "validations",
  ].map((field) => [`x_kubernetes_${field.replaceAll("-", "_")}`, `x-kubernetes-${field}`]),
);

/** The object that inputs describe, in clear and without nulls: what is compared and sent to the API server. */
export function objectFromInputs(inputs: PropertyMap, type: string): KubernetesObject {
  const token = parseTypeToken(type);
  const plain = withoutNulls(reveal(inputs)) as JsonObject;
  const object = plain.kind === "CustomResourceDefinition" ? (dashed(plain) as JsonObject) : plain;
  const apiVersion = typeof object.apiVersion === "string" ? object.apiVersion : token.apiVersion;
  const metadata = isObject(object.metadata) ? object.metadata : {};
  return {
    ...object,
    apiVersion: apiVersion.replace(/^core\//, ""),
    kind: typeof object.kind === "string" ? object.kind : token.kind,
    metadata,
  };
}

export function refOf(object: KubernetesObject): ObjectRef {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, name: metadata.name ?? "", namespace: metadata.namespace };
}

/**
 * The name under which this resource owns its fields: what the state or the annotation says, else one derived from the URN,
 * so that it is the same in every run and differs between resources that share an object.
 */
export function fieldManagerOf(urn: string, object: KubernetesObject, state: PropertyMap | undefined): string {
  const stored = state?.__fieldManager;
  return (
    annotation(object, "pulumi.com/patchFieldManager") ??
    (typeof stored === "string"
      ? stored
      : `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, 8)}`)
  );
}

/** Whether fields owned by somebody else are taken over (`pulumi.com/patchForce`, or the provider's enablePatchForce). */
export function isForced(session: Session, object: KubernetesObject): boolean {
  return session.settings.enablePatchForce || isAnnotatedTrue(object, "pulumi.com/patchForce");
}

/** Reads and writes objects of any kind. */
export class ObjectApi {
  constructor(private readonly session: Session) {}

  async read(ref: ObjectRef): Promise<KubernetesObject> {
    return (await this.session.client.request("GET", await this.pathOf(ref))) as KubernetesObject;
  }

  /** The object, or undefined if it (or its whole kind) is not in the cluster. */
  async find(ref: ObjectRef): Promise<KubernetesObject | undefined> {
    const info = await this.session.discovery.find(ref.apiVersion, ref.kind);
    if (info === undefined) return undefined;
    try {
      return (await this.session.client.request("GET", this.pathIn(info, ref))) as KubernetesObject;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list(apiVersion: string, kind: string, namespace: string, labelSelector?: string): Promise<KubernetesObject[]> {
    const info = await this.session.discovery.find(apiVersion, kind);
    if (info === undefined) return [];
    const answer = await this.session.client.request("GET", restPath(apiVersion, info, namespace), {
      query: { labelSelector },
    });
    return (Array.isArray(answer.items) ? answer.items : []) as KubernetesObject[];
  }

  async apply(object: KubernetesObject, options: ApplyOptions): Promise<KubernetesObject> {
    const query = {
      fieldManager: options.fieldManager,
      force: String(options.force),
      dryRun: options.dryRun === true ? "All" : undefined,
    };
    return (await this.session.client.request("PATCH", await this.pathOf(refOf(object)), {
      query,
      body: object,
      contentType: "application/apply-patch+yaml",
      onWarning: options.onWarning,
    })) as KubernetesObject;
  }

  async remove(ref: ObjectRef, propagationPolicy: string): Promise<void> {
    const body = { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy };
    await this.session.client.request("DELETE", await this.pathOf(ref), { body });
  }

  private async pathOf(ref: ObjectRef): Promise<string> {
    const info = await this.session.discovery.find(ref.apiVersion, ref.kind);
    if (info === undefined) throw new UnknownKindError(ref);
    return this.pathIn(info, ref);
  }

  private pathIn(info: KindInfo, ref: ObjectRef): string {
    return restPath(ref.apiVersion, info, ref.namespace ?? this.session.defaultNamespace, ref.name);
  }
}

export class UnknownKindError extends ProviderError {
  constructor(ref: ObjectRef) {
    super(
      `the cluster serves no kind ${ref.kind} in ${ref.apiVersion}: install its CustomResourceDefinition first, ` +
        "and let the resource depend on it",
    );
  }
}

/** Sets the namespace a namespaced object gets when it names none, and drops one given to an object of the cluster. */
export async function withNamespace(session: Session, object: KubernetesObject): Promise<KubernetesObject> {
  const namespaced = await session.discovery.isNamespaced(object.apiVersion, object.kind);
  const { namespace, ...rest } = object.metadata;
  if (namespaced === false) return { ...object, metadata: rest };
  if (namespaced === undefined && namespace === undefined) return object;
  return { ...object, metadata: { ...object.metadata, namespace: namespace ?? session.defaultNamespace } };
}

function dashed(value: Json): Json {
  if (Array.isArray(value)) return value.map(dashed);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[UNDERSCORED.get(key) ?? key] = dashed(item);
  }
  return result;
}
