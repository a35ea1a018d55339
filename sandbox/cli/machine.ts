import { UserError } from "../../cli/user-error";

/** The embedded cluster makes network namespaces and mounts, which only root may. */
export function requireRoot(): void {
  if (process.platform !== "linux")
    throw new UserError(
      `the embedded cluster runs on Linux only; this is ${process.platform}: use --context with a cluster of yours`,
    );
  if (process.getuid?.() !== 0) {
    throw new UserError(
      "the embedded cluster needs root for its network and mounts: run the same command with sudo, or use --context with a cluster of yours",
    );
  }
}
