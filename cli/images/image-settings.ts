import { isObject } from "../../stacks/merge";

/** A setting that names an image. */
export interface ImageSetting {
  /** `section.key.key`. */
  readonly path: string;
  readonly reference: string;
}

/** Settings below `images` that name no image. */
const noImages = new Set(["mirror", "pullPolicy", "requireDigest"]);

/** Parts of pods that settings lay over the platform's own; their images are the user's, word for word. */
const overlays = new Set(["podTemplate", "template"]);

/** Every image that settings name: what stands below a key `images`, and elsewhere the keys `image` and `…Image`. */
export function imageSettings(settings: unknown, path: readonly string[] = []): ImageSetting[] {
  if (Array.isArray(settings)) return settings.flatMap((item, index) => imageSettings(item, [...path, String(index)]));
  if (typeof settings === "string") return namesImage(path) ? [{ path: path.join("."), reference: settings }] : [];
  if (!isObject(settings)) return [];
  return Object.entries(settings).flatMap(([key, inner]) =>
    overlays.has(key) ? [] : imageSettings(inner, [...path, key]),
  );
}

function namesImage(path: readonly string[]): boolean {
  const key = path.at(-1) ?? "";
  return path.slice(0, -1).includes("images") ? !noImages.has(key) : /^image$|Image$/.test(key);
}
