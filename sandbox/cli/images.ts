import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { allImages } from "../images/all";
import { noLayers, packImage } from "../images/oci-archive";
import { usualTools } from "../tools/catalog";
import { collectPrograms, type Programs, toolsToBuild } from "../tools/ensure";
import { table } from "./table";
import { UserError } from "../../cli/user-error";

/** Shows what stands in for which image; with a folder it writes the archives there, to be loaded into a cluster of the user's. */
export async function images(options: { readonly export?: string }): Promise<void> {
  console.log(
    table(
      ["image", "in place of", "what it is"],
      allImages.map(({ name, standsFor, note }) => [name, standsFor, note]),
    ),
  );
  if (options.export === undefined) return;
  const missing = await toolsToBuild(usualTools);
  if (missing.length > 0)
    throw new UserError(`not built yet: ${missing.map((tool) => tool.name).join(", ")}; npm run local builds them`);
  await exportImages(options.export, await collectPrograms(usualTools));
}

async function exportImages(folder: string, programs: Programs): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const before = noLayers();
  for (const image of allImages) {
    const file = join(folder, `${image.name.split("/").at(-1)?.replace(":", "-") ?? image.name}.tar`);
    writeFileSync(file, (await packImage(image, programs, before)).archive);
    console.log(`wrote ${file} (load it with: kind load image-archive ${file})`);
  }
}
