import { createObject, updateObject } from "./apply.js";
import { check, type CheckInput } from "./check.js";
import type { Session } from "./configure.js";
import type { Operation } from "./context.js";
import { deleteObject } from "./delete.js";
import { diffObjects, formatPath, type FieldChange } from "./diff.js";
import { objectFromInputs, withNamespace } from "./objects.js";
import { previewCreate, previewUpdate } from "./preview.js";
import { Empty, provider } from "../shared/proto.js";
import { readObject } from "./read.js";
import { replacesUnready } from "./replace-unready.js";
import { readStruct, STRUCT_FIELDS as FIELDS, writeStruct } from "../shared/struct-fields.js";
import { isPatchType, typeOfUrn } from "./type-token.js";
import type { PropertyMap } from "../shared/values.js";

/** The calls on resources: each takes a request of the protocol apart, lets a plain function do the work, and packs its answer. */

export async function checkCall(session: Session, request: provider.CheckRequest): Promise<provider.CheckResponse> {
  const result = await check(session, {
    urn: request.getUrn(),
    olds: readStruct(request, FIELDS.CheckRequest.olds),
    news: readStruct(request, FIELDS.CheckRequest.news),
    randomSeed: request.getRandomseed_asU8(),
    autonaming: autonamingOf(request),
  });
  const response = new provider.CheckResponse();
  writeStruct(response, FIELDS.CheckResponse.inputs, result.inputs);
  for (const { property, reason } of result.failures) {
    const failure = new provider.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}

export async function diffCall(session: Session, request: provider.DiffRequest): Promise<provider.DiffResponse> {
  const type = typeOfUrn(request.getUrn());
  const place = (inputs: PropertyMap) => withNamespace(session, objectFromInputs(inputs, type));
  const old = await place(readStruct(request, FIELDS.DiffRequest.oldInputs));
  const now = await place(readStruct(request, FIELDS.DiffRequest.news));
  const diff = diffObjects(old, now, session.settings, isPatchType(type, now.kind));
  const ignored = request.getIgnorechangesList();
  const unready = replacesUnready(now, readStruct(request, FIELDS.DiffRequest.olds));
  const changes: readonly FieldChange[] = [
    ...diff.changes.filter(({ path }) => !ignored.some((prefix) => isWithin(formatPath(path), prefix))),
    ...(unready ? [{ path: ["status"], kind: "update", replace: true } as const] : []),
  ];
  const response = new provider.DiffResponse();
  response.setChanges(
    changes.length === 0 ? provider.DiffResponse.DiffChanges.DIFF_NONE : provider.DiffResponse.DiffChanges.DIFF_SOME,
  );
  response.setDiffsList([...new Set(changes.map(({ path }) => String(path[0])))]);
  response.setHasdetaileddiff(true);
  for (const change of changes) {
    const path = formatPath(change.path);
    const detail = new provider.PropertyDiff();
    detail.setKind(detailKind(change));
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
    if (change.replace) response.addReplaces(path);
  }
  response.setDeletebeforereplace(response.getReplacesList().length > 0 && (unready || diff.deleteBeforeReplace));
  return response;
}

export async function createCall(
  operation: Operation,
  request: provider.CreateRequest,
): Promise<provider.CreateResponse> {
  const inputs = readStruct(request, FIELDS.CreateRequest.properties);
  const response = new provider.CreateResponse();
  if (request.getPreview()) {
    writeStruct(response, FIELDS.CreateResponse.properties, await previewCreate(operation, inputs));
    return response;
  }
  const { id, outputs } = await createObject(operation, inputs);
  response.setId(id);
  writeStruct(response, FIELDS.CreateResponse.properties, outputs);
  return response;
}

export async function updateCall(
  operation: Operation,
  request: provider.UpdateRequest,
): Promise<provider.UpdateResponse> {
  const inputs = readStruct(request, FIELDS.UpdateRequest.news);
  const old = readStruct(request, FIELDS.UpdateRequest.olds);
  const response = new provider.UpdateResponse();
  const outputs = request.getPreview()
    ? await previewUpdate(operation, inputs, old)
    : (await updateObject(operation, inputs, old, request.getIgnorechangesList())).outputs;
  writeStruct(response, FIELDS.UpdateResponse.properties, outputs);
  return response;
}

export async function deleteCall(operation: Operation, request: provider.DeleteRequest): Promise<Empty> {
  const inputs = readStruct(request, FIELDS.DeleteRequest.oldInputs);
  await deleteObject(operation, inputs, readStruct(request, FIELDS.DeleteRequest.properties));
  return new Empty();
}

export async function readCall(operation: Operation, request: provider.ReadRequest): Promise<provider.ReadResponse> {
  const response = new provider.ReadResponse();
  const inputs = readStruct(request, FIELDS.ReadRequest.inputs);
  const found = await readObject(
    operation,
    request.getId(),
    inputs,
    readStruct(request, FIELDS.ReadRequest.properties),
  );
  // an empty id says that the object is gone
  if (found === undefined) return response;
  response.setId(found.id);
  writeStruct(response, FIELDS.ReadResponse.inputs, found.inputs);
  writeStruct(response, FIELDS.ReadResponse.properties, found.outputs);
  return response;
}

function autonamingOf(request: provider.CheckRequest): CheckInput["autonaming"] {
  const options = request.getAutonaming();
  if (options === undefined) return undefined;
  const { Mode } = provider.CheckRequest.AutonamingOptions;
  const mode =
    options.getMode() === Mode.DISABLE ? "disable" : options.getMode() === Mode.ENFORCE ? "enforce" : "propose";
  return { mode, proposedName: options.getProposedName() };
}

function detailKind({ kind, replace }: FieldChange): provider.PropertyDiff.Kind {
  const { Kind } = provider.PropertyDiff;
  if (kind === "add") return replace ? Kind.ADD_REPLACE : Kind.ADD;
  if (kind === "delete") return replace ? Kind.DELETE_REPLACE : Kind.DELETE;
  return replace ? Kind.UPDATE_REPLACE : Kind.UPDATE;
}

function isWithin(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}
