import { basename, join } from "node:path";
import { buildSync } from "esbuild";

/** The hook programs of the runner image, each as the text of one file that needs nothing but Node.js. */
export interface HookPrograms {
  readonly volume: string;
  readonly novolume: string;
}

let bundled: HookPrograms | undefined;

/** Bundles them, once per process. */
export function hookPrograms(): HookPrograms {
  bundled ??= bundle();
  return bundled;
}

function bundle(): HookPrograms {
  const { outputFiles } = buildSync({
    entryPoints: ["volume.ts", "novolume.ts"].map((file) => join(__dirname, file)),
    outdir: "bundle",
    bundle: true,
    platform: "node",
    target: "node20",
    // Each job reads it twice.
    minify: true,
    legalComments: "eof",
    write: false,
    logLevel: "error",
  });
  const text = (name: string): string => {
    const file = outputFiles.find(({ path }) => basename(path) === name);
    if (!file) throw new Error(`esbuild made no ${name}`);
    return file.text;
  };
  return { volume: text("volume.js"), novolume: text("novolume.js") };
}
