import type { Operation } from "./context.js";
import { ApiError, explain } from "./errors.js";
import { describeObject, type KubernetesObject } from "./json.js";
import {
  fieldManagerOf,
  isForced,
  ObjectApi,
  objectFromInputs,
  refOf,
  UnknownKindError,
  withNamespace,
} from "./objects.js";
import { tellSecretKeys } from "./offline.js";
import { outputsOf, previewOutputs, shownInputs } from "./outputs.js";
import { isPatchType } from "./type-token.js";
import { containsUnknown, markLike, type PropertyMap } from "../shared/values.js";

/**
 * What a create would lead to, by a server-side dry run. Without one (no cluster, unknown inputs, a kind or namespace that does not exist yet)
 * the inputs themselves. An object the API server would refuse fails the preview with its words.
 */
export async function previewCreate(operation: Operation, inputs: PropertyMap): Promise<PropertyMap> {
  const echoed = previewOutputs(shownInputs(inputs), undefined);
  if (operation.session.offline !== undefined) {
    tellSecretKeys(operation.session, operation.urn, objectFromInputs(inputs, operation.type));
    return echoed;
  }
  if (containsUnknown(inputs)) return echoed;
  const object = await withNamespace(operation.session, objectFromInputs(inputs, operation.type));
  const api = new ObjectApi(operation.session);
  const fieldManager = fieldManagerOf(operation.urn, object, undefined);
  const patch = isPatchType(operation.type, object.kind);
  if (!patch && (await api.find(refOf(object))) !== undefined) {
    // either a replacement whose old object is deleted first, or a name that is taken: only the real create can tell
    await validateElsewhere(api, object, fieldManager);
    return echoed;
  }
  const force = patch ? isForced(operation.session, object) : true;
  const dryRun = await attempt(api, object, fieldManager, force);
  if (dryRun === undefined) return echoed;
  return previewOutputs(outputsOf(dryRun, inputs, fieldManager), undefined);
}

export async function previewUpdate(operation: Operation, inputs: PropertyMap, old: PropertyMap): Promise<PropertyMap> {
  const echoed = previewOutputs(markLike({ ...old, ...shownInputs(inputs) }, inputs) as PropertyMap, old);
  if (operation.session.offline !== undefined || containsUnknown(inputs)) return echoed;
  const object = await withNamespace(operation.session, objectFromInputs(inputs, operation.type));
  const fieldManager = fieldManagerOf(operation.urn, object, old);
  const dryRun = await attempt(new ObjectApi(operation.session), object, fieldManager, true);
  return dryRun === undefined ? echoed : previewOutputs(outputsOf(dryRun, inputs, fieldManager), old);
}

/** A dry run; undefined where the cluster cannot judge the object yet. */
async function attempt(
  api: ObjectApi,
  object: KubernetesObject,
  fieldManager: string,
  force: boolean,
): Promise<KubernetesObject | undefined> {
  try {
    return await api.apply(object, { fieldManager, force, dryRun: true });
  } catch (error) {
    if (error instanceof UnknownKindError) return undefined;
    if (error instanceof ApiError && error.isMissingNamespace) {
      await validateElsewhere(api, object, fieldManager);
      return undefined;
    }
    // a webhook that cannot be dry-run, or an account that may not: the real plugin shows the inputs then
    const undecided =
      error instanceof ApiError &&
      (error.status === 403 || error.status === 404 || /does not support dry ?run/i.test(error.message));
    if (undecided) return undefined;
    throw explain(describeObject(object), error);
  }
}

/**
 * Asks for the API server's judgement of an object whose namespace does not exist yet or whose name is taken: as an object of
 * another name in the namespace `default`. Only faults of the object itself count; quotas and policies of `default` do not.
 */
async function validateElsewhere(api: ObjectApi, object: KubernetesObject, fieldManager: string): Promise<void> {
  if (object.kind === "CustomResourceDefinition" || object.kind === "Namespace") return;
  const { namespace, name = "" } = object.metadata;
  const metadata = { ...object.metadata, name: `${name.slice(0, 40).replace(/[-.]+$/, "")}-preview` };
  const probe = { ...object, metadata: namespace === undefined ? metadata : { ...metadata, namespace: "default" } };
  try {
    await api.apply(probe, { fieldManager, force: true, dryRun: true });
  } catch (error) {
    if (!(error instanceof ApiError) || !error.isInvalid) return;
    if (error.causes.length > 0 && error.causes.every((cause) => cause.field.startsWith("metadata."))) return;
    throw explain(describeObject(object), error);
  }
}
