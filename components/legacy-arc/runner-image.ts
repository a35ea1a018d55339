/** What the name and tag of a legacy runner image say. Source: tags of `summerwind/actions-runner` and `summerwind/actions-runner-dind`. */
export interface RunnerImage {
  /** Ubuntu release, when the tag names it, as in `v2.306.0-ubuntu-22.04`. */
  readonly ubuntu?: string;
  /** Version of the runner, when image and tag are named as upstream's are; a site's own images count otherwise. */
  readonly version?: string;
  /** Whether a Docker daemon is inside: `yes` and `no` for names that say so, `unknown` for images of other names. */
  readonly daemon: "yes" | "no" | "unknown";
}

export function readRunnerImage(image: string): RunnerImage {
  const { name, tag } = splitReference(image);
  const ubuntu = /ubuntu-?(\d\d\.\d\d)/.exec(tag)?.[1];
  const upstream = /(^|\/)actions-runner(-dind(-rootless)?)?$/.test(name);
  const version = upstream ? /(?:^|-)v?(\d+\.\d+\.\d+)(?:-|$)/.exec(tag)?.[1] : undefined;
  return {
    ...(ubuntu !== undefined && { ubuntu }),
    ...(version !== undefined && { version }),
    daemon:
      /dind/.test(name) || /(^|-)dind(-|$)/.test(tag) ? "yes" : /(^|\/)actions-runner$/.test(name) ? "no" : "unknown",
  };
}

/**
 * Group that owns the runner's home in images of an Ubuntu release: pods that read projected tokens (IRSA) need it as `fsGroup`.
 *
 * @returns `undefined` for images that do not tell, and for releases other than 20.04 and 22.04.
 */
export function fsGroupOf(image: string): number | undefined {
  const groups: Readonly<Record<string, number>> = { "20.04": 1000, "22.04": 1001 };
  return groups[readRunnerImage(image).ubuntu ?? ""];
}

/** Whether a tag moves from image to image over time: no digest, no full version number, and a name that is known to be reused. */
export function isFloating(image: string): boolean {
  const { tag } = splitReference(image);
  if (image.includes("@sha256:") || /\d+\.\d+\.\d+/.test(tag)) return false;
  return /^(latest|main|master|edge|nightly|canary|stable|(v?\d+(\.\d+)?-?)?(dind|dind-rootless|rootless)?|(v?\d+(\.\d+)?-)?ubuntu-\d\d\.\d\d)$/.test(
    tag,
  );
}

function splitReference(image: string): { readonly name: string; readonly tag: string } {
  const named = image.split("@")[0] ?? image;
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return colon === -1 ? { name: named, tag: "" } : { name: named.slice(0, colon), tag: named.slice(colon + 1) };
}
