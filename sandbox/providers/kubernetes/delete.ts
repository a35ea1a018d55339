import { delay, type Operation } from "./context.js";
import { ApiError, explain, isNotFound, ProviderError } from "./errors.js";
import { annotation, describeObject, listAt, type KubernetesObject } from "./json.js";
import { fieldManagerOf, ObjectApi, objectFromInputs, refOf, UnknownKindError, withNamespace } from "./objects.js";
import { isPatchType } from "./type-token.js";
import { timeoutMs } from "./await/timeout.js";
import type { PropertyMap } from "../shared/values.js";

/** Deletes the object and waits until it is really gone. What is not there any more counts as deleted. */
export async function deleteObject(operation: Operation, inputs: PropertyMap, state: PropertyMap): Promise<void> {
  // the inputs of an object that never got past its creation may lack what the state has, and the reverse
  const described = objectFromInputs(
    { ...state, ...inputs, metadata: inputs.metadata ?? state.metadata },
    operation.type,
  );
  const object = await withNamespace(operation.session, described);
  const api = new ObjectApi(operation.session);
  if (isPatchType(operation.type, object.kind)) return releaseFields(operation, api, object, state);
  const live = await api.find(refOf(object));
  if (live === undefined) return;
  try {
    await api.remove(refOf(object), propagationPolicy(object));
  } catch (error) {
    if (isNotFound(error)) return;
    throw explain(describeObject(object), error);
  }
  await untilGone(operation, api, live, timeoutMs(operation, object));
}

/** A Patch resource deletes nothing: it gives up the fields it managed, by applying an object without any. */
async function releaseFields(
  operation: Operation,
  api: ObjectApi,
  object: KubernetesObject,
  state: PropertyMap,
): Promise<void> {
  const { apiVersion, kind, metadata } = object;
  const bare = { apiVersion, kind, metadata: { name: metadata.name, namespace: metadata.namespace } };
  if ((await api.find(refOf(bare))) === undefined) return;
  try {
    await api.apply(bare, { fieldManager: fieldManagerOf(operation.urn, object, state), force: false });
  } catch (error) {
    throw explain(describeObject(object), error);
  }
}

/** Foreground unless the annotation says otherwise: dependents go first, as with the real plugin. */
function propagationPolicy(object: KubernetesObject): string {
  const wanted = annotation(object, "pulumi.com/deletionPropagationPolicy")?.toLowerCase();
  return wanted === "orphan" ? "Orphan" : wanted === "background" ? "Background" : "Foreground";
}

async function untilGone(
  operation: Operation,
  api: ObjectApi,
  deleted: KubernetesObject,
  limitMs: number,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (let pause = 100; ; pause = Math.min(pause * 1.5, 1000)) {
    const live = await stillThere(api, deleted);
    // an object of the same name with another uid is somebody's new one
    if (live === undefined || live.metadata.uid !== deleted.metadata.uid) return;
    const finalizers = listAt(live, "metadata", "finalizers").map(String);
    const held = finalizers.length === 0 ? "" : ` (held by finalizers ${finalizers.join(", ")})`;
    if (Date.now() > deadline) {
      throw new ProviderError(
        `${describeObject(live)} was not gone after ${limitMs / 1000} s${held}` +
          (held === "" ? "" : ": the controllers that own these finalizers must remove them"),
      );
    }
    operation.status(`waiting until ${describeObject(live)} is gone${held}`);
    await delay(pause, operation.signal);
  }
}

async function stillThere(api: ObjectApi, object: KubernetesObject): Promise<KubernetesObject | undefined> {
  try {
    return await api.find(refOf(object));
  } catch (error) {
    if (error instanceof UnknownKindError || (error instanceof ApiError && error.status === 404)) return undefined;
    throw error;
  }
}
