import type { SecretKeys } from "../preview/report";
import type { LeftOutSecret, RenderedFile } from "./manifests";

/** The page that says which Secrets must be made another way; undefined when there are none. */
export function secretsPage(
  stack: string,
  secrets: readonly LeftOutSecret[],
  keys: SecretKeys,
): RenderedFile | undefined {
  if (secrets.length === 0) return undefined;
  const rows = secrets.map(({ urn, namespace, name, type }) => {
    const names = (keys.get(urn) ?? []).map((key) => `\`${key}\``).join(", ");
    return `| ${namespace} | \`${name}\` | ${type} | ${names === "" ? "known only after a deployment" : names} |`;
  });
  const content = [
    `# Secrets of stack ${stack}`,
    "",
    "Secrets are not rendered. These must be there before the objects are applied, for instance as sealed or external secrets:",
    "",
    "| Namespace | Secret | Type | Keys |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
  return { path: "SECRETS.md", content };
}
