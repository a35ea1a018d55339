import { serverNames, serviceHost } from "../../components/vault/server-names";
import { serverRelease } from "../../components/vault/server-release";
import type { Readable } from "../checks";
import { type Problem, show } from "../problems";
import type { VaultSettings } from "./schema";
import type { UnsealSettings } from "./unseal-schema";

type Of<M extends UnsealSettings["method"]> = Extract<UnsealSettings, { method: M }>;

/** What is wrong with the way servers get their key. */
export function unsealProblems(vault: VaultSettings, settings: Readable): Problem[] {
  const { unseal } = vault;
  switch (unseal.method) {
    case "awskms":
      return awsKmsProblems(unseal, vault, settings);
    case "transit":
      return transitProblems(unseal, vault);
    case "static":
      return staticProblems(unseal, vault, settings);
    case "shamir":
      return [];
  }
}

function awsKmsProblems(unseal: Of<"awskms">, vault: VaultSettings, { aws, unreadable = [] }: Readable): Problem[] {
  if (unreadable.includes("aws")) return pluginProblems(unseal, vault);
  const { region = aws?.region, keyArn } = unseal;
  const problems: Problem[] = [];
  if (region === undefined) {
    const allowed = "a region such as eu-central-1, or a section aws that names one";
    problems.push({ path: "vault.unseal.region", what: "not set, and there is no section aws", allowed });
  }
  if (keyArn === undefined && !aws?.unseal) {
    problems.push({
      path: "vault.unseal.keyArn",
      what: "not set, and aws.unseal makes no key",
      allowed: "the ARN of a KMS key",
      fix: "set it, or aws.unseal to {}",
    });
  }
  const keyRegion = keyArn?.split(":")[3];
  if (keyRegion !== undefined && region !== undefined && keyRegion !== region) {
    const path = "vault.unseal.region";
    problems.push({ path, what: show(path, region), allowed: `${keyRegion}, where the key of vault.unseal.keyArn is` });
  }
  return [...problems, ...pluginProblems(unseal, vault)];
}

function pluginProblems({ plugin }: Of<"awskms">, { distribution, version }: VaultSettings): Problem[] {
  const needed = serverRelease(distribution, version).kmsPlugin;
  if (needed === (plugin !== undefined)) return [];
  const path = "vault.unseal.plugin";
  return needed
    ? [
        {
          path,
          what: "not set",
          allowed: `folder, command and sha256 of openbao-plugin-kms-aws in vault.image: OpenBao ${version} reaches no KMS by itself`,
          fix: "build an image with the plugin, or use another method",
        },
      ]
    : [{ path, what: "given", allowed: `nothing: ${distribution} ${version} reaches KMS by itself` }];
}

/** A Vault that needs itself to start never starts again. */
function transitProblems({ address }: Of<"transit">, { name, namespace }: VaultSettings): Problem[] {
  const host = new URL(address).hostname;
  const { service, active, standby, internal } = serverNames(name);
  const own = [service, active, standby, internal].map((each) => serviceHost(each, namespace));
  if (!own.some((each) => host === each || host.startsWith(`${each}.`) || host.includes(`.${each}`))) return [];
  const path = "vault.unseal.address";
  return [
    { path, what: show(path, address), allowed: "another Vault than this one, which could not start without itself" },
  ];
}

function staticProblems(unseal: Of<"static">, vault: VaultSettings, { production }: Readable): Problem[] {
  const { distribution, version } = vault;
  const { secret, keyId, previous, generate } = unseal;
  const problems: Problem[] = [];
  if (!serverRelease(distribution, version).staticSeal) {
    const path = "vault.unseal.method";
    const allowed = `awskms, transit or shamir: distribution ${distribution} has no seal with a key from a file`;
    problems.push({ path, what: show(path, unseal.method), allowed });
  }
  if (generate && production === true) {
    const allowed = "false in production: a key that lies in the cluster protects from nobody who reads its Secrets";
    const fix = "make the Secret from a key that is kept elsewhere too, or use awskms or transit";
    problems.push({ path: "vault.unseal.generate", what: show("", generate), allowed, fix });
  }
  if (!previous) return problems;
  if (previous.keyId === keyId) {
    const path = "vault.unseal.previous.keyId";
    problems.push({ path, what: show("", keyId), allowed: "another id than vault.unseal.keyId" });
  }
  if (previous.secret.name === secret.name && previous.secret.key === secret.key) {
    const path = "vault.unseal.previous.secret";
    problems.push({ path, what: "the Secret and key of vault.unseal.secret", allowed: "those of the key before" });
  }
  return problems;
}
