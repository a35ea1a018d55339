import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { ProviderError } from "./errors.js";
import { isObject, textAt, type Json } from "./json.js";
import { ASSET_SIGNATURE, SIGNATURE_KEY } from "../shared/values.js";

/** Replaces assets inside chart values by their content. */
export async function withAssets(value: Json, folder: string): Promise<Json> {
  if (Array.isArray(value)) return Promise.all(value.map((item) => withAssets(item, folder)));
  if (!isObject(value)) return value;
  if (value[SIGNATURE_KEY] === ASSET_SIGNATURE) return assetText(value, folder);
  const entries = Object.entries(value).map(
    async ([key, item]) => [key, await withAssets(item ?? null, folder)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** The text of a file or string asset. */
export async function assetText(asset: Json, folder: string): Promise<string> {
  const [content, path] = [textAt(asset, "text"), textAt(asset, "path")];
  if (content !== undefined && content !== "") return content;
  if (path !== undefined && path !== "") return readFile(resolve(folder, path), "utf8");
  throw new ProviderError("the offline kubernetes provider reads file and string assets only");
}
