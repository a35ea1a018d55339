import { awaitReady } from "./await/index.js";
import { delay, type Operation } from "./context.js";
import { ApiError, explain, isNotFound, messageOf, ProviderError } from "./errors.js";
import { describeObject, objectId, type KubernetesObject } from "./json.js";
import { releaseIgnored } from "./managed-fields.js";
import {
  fieldManagerOf,
  isForced,
  ObjectApi,
  objectFromInputs,
  refOf,
  UnknownKindError,
  withNamespace,
} from "./objects.js";
import { outputsOf } from "./outputs.js";
import { isPatchType } from "./type-token.js";
import type { PropertyMap } from "../shared/values.js";

export interface Applied {
  readonly id: string;
  readonly outputs: PropertyMap;
}

/** The object was written, but did not become ready. Its state must be kept, so that the next run updates it. */
export class InitializationError extends ProviderError {
  constructor(
    readonly applied: Applied,
    message: string,
  ) {
    super(message);
  }
}

/** A namespace or kind that another resource of the same run creates may appear a moment later; as the real plugin, wait a little. */
const APPEARANCE_MS = 20_000;

export async function createObject(operation: Operation, inputs: PropertyMap): Promise<Applied> {
  const object = await withNamespace(operation.session, objectFromInputs(inputs, operation.type));
  const fieldManager = fieldManagerOf(operation.urn, object, undefined);
  const api = new ObjectApi(operation.session);
  const adopts = isPatchType(operation.type, object.kind) || operation.session.settings.upsertExistingObjects;
  if (!adopts && (await api.find(refOf(object))) !== undefined) throw alreadyExists(object);
  const write = () => apply(operation, api, object, fieldManager);
  const live = await whenPossible(operation, object, write);
  return finish(operation, api, inputs, live, fieldManager);
}

export async function updateObject(
  operation: Operation,
  inputs: PropertyMap,
  old: PropertyMap,
  ignoreChanges: readonly string[],
): Promise<Applied> {
  const wanted = await withNamespace(operation.session, objectFromInputs(inputs, operation.type));
  const fieldManager = fieldManagerOf(operation.urn, wanted, old);
  const api = new ObjectApi(operation.session);
  const current = await api.find(refOf(wanted));
  if (current === undefined) {
    throw new ProviderError(
      `${describeObject(wanted)} is no longer in the cluster: run pulumi refresh, then up creates it again`,
    );
  }
  const object = releaseIgnored(wanted, current, fieldManager, ignoreChanges);
  const live = await apply(operation, api, object, fieldManager);
  return finish(operation, api, inputs, live, fieldManager);
}

async function apply(
  operation: Operation,
  api: ObjectApi,
  object: KubernetesObject,
  fieldManager: string,
): Promise<KubernetesObject> {
  try {
    return await api.apply(object, {
      fieldManager,
      force: isForced(operation.session, object),
      onWarning: operation.session.settings.suppressDeprecationWarnings ? undefined : operation.warn,
    });
  } catch (error) {
    if (
      error instanceof ApiError &&
      error.status === 409 &&
      error.causes.some((cause) => cause.reason === "FieldManagerConflict")
    ) {
      throw conflict(object, error);
    }
    throw error;
  }
}

async function whenPossible<T>(operation: Operation, object: KubernetesObject, write: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + APPEARANCE_MS;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      const absent = error instanceof UnknownKindError || isNotFound(error);
      if (!absent || Date.now() > deadline) throw explain(describeObject(object), error);
      operation.status(messageOf(error));
      await delay(500, operation.signal);
    }
  }
}

async function finish(
  operation: Operation,
  api: ObjectApi,
  inputs: PropertyMap,
  live: KubernetesObject,
  fieldManager: string,
): Promise<Applied> {
  const id = objectId(live);
  try {
    const ready = await awaitReady(operation, live);
    return { id, outputs: outputsOf(ready, inputs, fieldManager) };
  } catch (error) {
    const latest = (await api.find(refOf(live)).catch(() => undefined)) ?? live;
    throw new InitializationError({ id, outputs: outputsOf(latest, inputs, fieldManager) }, messageOf(error));
  }
}

function alreadyExists(object: KubernetesObject): ProviderError {
  return new ProviderError(
    `${describeObject(object)} already exists in the cluster, so it cannot be created: import it (pulumi import, or the resource ` +
      `option import: "${objectId(object)}"), change some of its fields with a ${object.kind}Patch resource, or alias it if the ` +
      "Pulumi resource was renamed",
  );
}

/** Names each contested field and its owner; the API server lists them as causes. */
function conflict(object: KubernetesObject, error: ApiError): ProviderError {
  const fields = error.causes.map((cause) => `\n  ${cause.field}: ${cause.message}`).join("");
  return new ProviderError(
    `${describeObject(object)} has fields that somebody else manages:${fields}\n` +
      'drop these fields from the program, or take them over with the annotation pulumi.com/patchForce: "true"',
  );
}
