import { join } from "node:path";
import { Command } from "commander";
import { LockUnreadable } from "../components/images/lock";
import { explain, UserError } from "./user-error";
import { checkImages } from "./images/check-command";
import { lockImages } from "./images/lock-command";
import { isFault, type Outcome } from "./images/outcome";
import { formatOutcomes, jsonOutcomes } from "./images/print";
import { RegistryClient } from "./images/registry/client";
import { dockerConfigFile, dockerCredentials } from "./images/registry/credentials";
import { transport } from "./images/registry/transport";
import { isEverything, type Selection, wantedImages } from "./images/wanted";

interface Flags {
  readonly stack: readonly string[];
  readonly image: readonly string[];
  readonly mirror?: string | false;
  readonly plainHttp: readonly string[];
  readonly timeout: string;
  readonly file: string;
  readonly json?: boolean;
  readonly prune?: boolean;
  readonly offline?: boolean;
}

const checkout = join(__dirname, "..");

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function selection({ stack, image, mirror }: Flags): Selection {
  return { stacks: stack, images: image, ...(mirror !== undefined && { mirror }) };
}

function client({ plainHttp, timeout }: Flags): RegistryClient {
  const timeoutSeconds = Number(timeout);
  if (!(timeoutSeconds > 0))
    throw new UserError(`--timeout: given ${JSON.stringify(timeout)}; allowed: a number of seconds above 0`);
  return new RegistryClient({ send: transport({ timeoutSeconds }), credentials: dockerCredentials(), plainHttp });
}

function finish(outcomes: readonly Outcome[], { file, json }: Flags): void {
  console.log(json === true ? jsonOutcomes(outcomes, file) : formatOutcomes(outcomes, file));
  if (outcomes.some(isFault)) process.exitCode = 1;
}

async function lock(flags: Flags): Promise<void> {
  const chosen = selection(flags);
  if (flags.prune === true && !isEverything(chosen)) {
    throw new UserError("--prune needs all stacks: what these do not use, others may");
  }
  const wanted = wantedImages(chosen, checkout);
  const { file, prune = false } = flags;
  finish(await lockImages({ file, wanted, client: client(flags), prune, now: () => new Date() }), flags);
}

async function check(flags: Flags): Promise<void> {
  const chosen = selection(flags);
  const wanted = wantedImages(chosen, checkout);
  const registries = flags.offline === true ? {} : { client: client(flags) };
  finish(await checkImages({ file: flags.file, wanted, everything: isEverything(chosen), ...registries }), flags);
}

async function list(flags: Flags): Promise<void> {
  const chosen = selection(flags);
  const outcomes = await checkImages({
    file: flags.file,
    wanted: wantedImages(chosen, checkout),
    everything: isEverything(chosen),
  });
  console.log(flags.json === true ? jsonOutcomes(outcomes, flags.file) : formatOutcomes(outcomes, flags.file));
}

function withSelection(command: Command): Command {
  return command
    .option("--stack <name>", "images of this stack (may be repeated; default: all stacks)", collect, [])
    .option("--image <reference>", "this image (may be repeated)", collect, [])
    .option("--file <path>", "the lock", join(checkout, "images.lock.json"))
    .option("--json", "machine-readable output");
}

function withRegistry(command: Command): Command {
  return withSelection(command)
    .option("--mirror <prefix>", "look images up behind this prefix (default: images.mirror of the stack)")
    .option("--no-mirror", "look images up at their own registries")
    .option(
      "--plain-http <registry>",
      "speak to this HOST[:PORT] without TLS (may be repeated; this machine's own always)",
      collect,
      [],
    )
    .option("--timeout <seconds>", "for one request", "20");
}

const program = new Command("npm run images --")
  .description("The digests behind the tags of the platform's images, kept in images.lock.json.")
  .addHelpText(
    "after",
    `\nLogins are read from ${dockerConfigFile()} (docker login), and may be missing for public images.`,
  );

withRegistry(program.command("lock"))
  .description(
    "ask the registries and write the digests down; what cannot be looked up keeps what it had, and ends with 1",
  )
  .option("--prune", "take out entries that no stack uses")
  .action(lock);
withRegistry(program.command("check"))
  .description("tell what is missing, stale (the tag points elsewhere now) or unused; ends with 1 for all but unused")
  .option("--offline", "compare with the settings only, asking no registry")
  .action(check);
withSelection(program.command("list"))
  .description("show the images of the stacks with what the lock holds")
  .action(list);

program.parseAsync().catch((error: unknown) => {
  const forUser = error instanceof LockUnreadable || (error instanceof UserError && error.cause === undefined);
  console.error(`\n${forUser ? error.message : explain(error)}`);
  process.exitCode = 1;
});
