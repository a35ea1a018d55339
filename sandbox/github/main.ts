import { Command, InvalidArgumentError } from "commander";
import type { GitHubOptions } from "./options";
import { GitHubServer } from "./server";

interface Flags {
  readonly listen: string[];
  readonly state: string;
  readonly organization: string[];
  readonly enterprise: string[];
  readonly tokenFile: string;
  readonly adminTokenFile?: string;
  readonly appId?: string;
  readonly appClientId?: string;
  readonly appPublicKeyFile?: string;
  readonly publicUrl?: string;
  readonly runnerGroup: string[];
  readonly repository: string[];
  readonly sessionTimeout?: number;
  readonly runnerTimeout?: number;
  readonly reportDelay?: number;
  readonly queueTokenSeconds?: number;
}

const several = (value: string, former: string[]) => [...former, value];

function program(): Command {
  return new Command("github")
    .description("A stand-in for GitHub: the REST endpoints and the Actions service that ARC talks to.")
    .requiredOption("--listen <host:port>", "address to serve on; may be repeated", several, [])
    .requiredOption("--state <folder>", "folder for the journal, the signing key and the request log")
    .option("--organization <name>", "organisation that exists; may be repeated", several, [])
    .option("--enterprise <name>", "enterprise that exists; may be repeated", several, [])
    .requiredOption("--token-file <file>", "file with the accepted access tokens, one a line")
    .option("--admin-token-file <file>", "file with the tokens for the admin API (default: the access tokens)")
    .option("--app-id <id>", "id of the GitHub App that may log in")
    .option("--app-client-id <id>", "client id of that App")
    .option("--app-public-key-file <file>", "public key of that App (PEM)")
    .option("--public-url <url>", "where clients reach the stand-in, if not by the Host they send")
    .option("--runner-group <name>", "runner group beside Default; may be repeated", several, [])
    .option("--repository <owner/name>", "repository that exists (default: any name); may be repeated", several, [])
    .option("--session-timeout <seconds>", "a listener silent for so long loses its session (60)", positive)
    .option("--runner-timeout <seconds>", "a runner silent for so long is taken for dead (30)", positive)
    .option("--report-delay <seconds>", "a job's end is reported so long after it (2)", notNegative)
    .option("--queue-token-seconds <seconds>", "lifetime of a message queue token (3600)", positive);
}

function decode(flags: Flags): GitHubOptions {
  const { appId, appClientId, appPublicKeyFile } = flags;
  if ((appId === undefined) !== (appPublicKeyFile === undefined)) {
    throw new Error("--app-id and --app-public-key-file go together");
  }
  const timing = {
    ...(flags.sessionTimeout === undefined ? {} : { sessionSeconds: flags.sessionTimeout }),
    ...(flags.runnerTimeout === undefined ? {} : { runnerSeconds: flags.runnerTimeout }),
    ...(flags.reportDelay === undefined ? {} : { reportSeconds: flags.reportDelay }),
    ...(flags.queueTokenSeconds === undefined ? {} : { queueTokenSeconds: flags.queueTokenSeconds }),
  };
  return {
    listen: flags.listen,
    stateFolder: flags.state,
    organizations: flags.organization.length > 0 ? flags.organization : ["acme"],
    enterprises: flags.enterprise,
    tokenFile: flags.tokenFile,
    adminTokenFile: flags.adminTokenFile,
    app: appId && appPublicKeyFile ? { id: appId, clientId: appClientId, publicKeyFile: appPublicKeyFile } : undefined,
    publicUrl: flags.publicUrl,
    runnerGroups: flags.runnerGroup,
    ...(flags.repository.length > 0 && { repositories: flags.repository }),
    timing,
  };
}

async function main(): Promise<void> {
  const flags = program().parse().opts<Flags>();
  const stop = () => {
    void server.close().then(() => process.exit(0));
  };
  const server = new GitHubServer(decode(flags), stop);
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  const urls = await server.listen();
  console.log(`listening on ${urls.join(" ")}`);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("must be a number above 0");
  return value;
}

function notNegative(text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new InvalidArgumentError("must be a number, 0 or above");
  return value;
}

main().catch((error: unknown) => {
  console.error(`github: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
