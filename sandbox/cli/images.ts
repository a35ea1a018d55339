import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sandboxImages } from "../images/catalog";
import { packImage } from "../images/oci-archive";
import { builtTools } from "../tools/catalog";
import { collectPrograms, type Programs, toolsToBuild } from "../tools/ensure";
import { table } from "./status";
import { UserError } from "./user-error";

/** Shows what stands in for which image; with a folder it writes the archives there, to be loaded into a cluster of the user's. */
export async function images(options: { readonly export?: string }): Promise<void> {
  console.log(
    table(
      ["image", "in place of", "what it is"],
      sandboxImages.map(({ name, standsFor, note }) => [name, standsFor, note]),
    ),
  );
  if (options.export === undefined) return;
  const tools = Object.values(builtTools);
  const missing = await toolsToBuild(tools);
  if (missing.length > 0)
    throw new UserError(`not built yet: ${missing.map((tool) => tool.name).join(", ")}; npm run local builds them`);
  await exportImages(options.export, await collectPrograms(tools));
}

async function exportImages(folder: string, programs: Programs): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const image of sandboxImages) {
    const file = join(folder, `${image.name.split("/").at(-1)?.replace(":", "-") ?? image.name}.tar`);
    writeFileSync(file, (await packImage(image, programs)).archive);
    console.log(`wrote ${file} (load it with: kind load image-archive ${file})`);
  }
}
