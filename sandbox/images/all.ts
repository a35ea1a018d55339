import { certManagerImages } from "../certificates/images";
import { legacyImages } from "../legacy/images";
import { vaultImages } from "../vault/images";
import { sandboxImages, type SandboxImage } from "./catalog";

/** Every image that the embedded cluster gets. */
export const allImages: readonly SandboxImage[] = [
  ...sandboxImages,
  ...certManagerImages,
  ...vaultImages,
  ...legacyImages,
];
