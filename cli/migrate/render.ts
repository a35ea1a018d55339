import { stringify } from "yaml";

import { parseGitHubUrl } from "../../components/arc/github-url";
import { formatProblem, type Problem } from "../../stacks/problems";
import type { Fields } from "./read";
import type { Note } from "./notes";
import { poolName, type Replacement } from "./scale-set";

/** A replacement with where it comes from and what was wrong there. */
export interface Migrated extends Replacement {
  readonly sources: readonly string[];
  readonly mistakes: readonly Problem[];
}

/** What concerns all sets alike. */
const general = [
  "Credential: the Secret controller-manager is not read. Use `pulumi config set --secret githubAppPrivateKey` (or githubToken); a new one replaces the Secret by another, while the legacy controller had to be restarted.",
  "cert-manager, the admission webhooks and the metrics proxy are not needed by scale sets.",
  "Both controllers may run side by side: move one workflow after the other, then delete the legacy objects before their controller.",
];

/** The keys to put into `Pulumi.<stack>.yaml`. The stack's address is that of the first set; others keep theirs. */
export function configOf(migrated: readonly Migrated[]): Fields {
  const [main] = addressesOf(migrated);
  const pools = migrated.flatMap(({ name, pool }) => (pool ? [[poolName(name), pool] as const] : []));
  return {
    ...(main !== undefined && { "runner-platform:github": { configUrl: main } }),
    ...(pools.length > 0 && { "runner-platform:pools": Object.fromEntries(pools) }),
    "runner-platform:scaleSets": Object.fromEntries(
      migrated.map(({ name, set, configUrl }) => [
        name,
        configUrl === undefined || configUrl === main ? set : { ...set, github: { configUrl } },
      ]),
    ),
  };
}

function addressesOf(migrated: readonly Migrated[]): readonly string[] {
  return [...new Set(migrated.flatMap(({ configUrl }) => configUrl ?? []))];
}

/** What follows from where the sets register. */
export function scopeNotes(migrated: readonly Migrated[]): Note[] {
  const addresses = addressesOf(migrated);
  const [main] = addresses;
  const several = `the sets register with ${addresses.join(" and ")}. One credential serves them all: a token, or a GitHub App within one organization; else make a stack for each.`;
  const version =
    "add the server's version in quotes, and github.ca if its certificate is not publicly trusted: docs/ghes.md.";
  return [
    ...(addresses.length < 2 ? [] : [{ subject: "github.configUrl", text: several }]),
    ...(main !== undefined && parseGitHubUrl(main)?.enterpriseServer === true
      ? [{ subject: "github.enterpriseServerVersion", text: version }]
      : []),
  ];
}

/** The settings as YAML, followed by comments on what does not carry over. The whole is valid YAML. */
export function renderText(migrated: readonly Migrated[]): string {
  const parts = migrated.map((one) => [
    `${one.name} (${one.sources.join("; ")})`,
    ...(one.mistakes.length > 0 ? ["  Mistakes in the input:", ...one.mistakes.map(mistakeLine)] : []),
    "  What changes:",
    ...one.notes.map(noteLine),
  ]);
  const whole = ["All sets", ...scopeNotes(migrated).map(noteLine), ...general.map((line) => `  - ${line}`)];
  return [
    "# To be laid into Pulumi.<stack>.yaml; comments below say what does not carry over.\n",
    stringify({ config: configOf(migrated) }, { lineWidth: 0 }),
    ...[...parts, whole].map((lines) => `\n${lines.map((line) => `# ${line}`).join("\n")}\n`),
  ].join("");
}

function noteLine({ subject, text }: Note): string {
  return `  - ${subject}: ${text}`;
}

function mistakeLine(problem: Problem): string {
  return `  - ${formatProblem(problem)}`;
}

/** The same for programs. */
export function renderJson(migrated: readonly Migrated[]): string {
  const sets = migrated.map(({ name, sources, mistakes, notes }) => ({ name, sources, mistakes, notes }));
  return `${JSON.stringify({ config: configOf(migrated), sets, notes: scopeNotes(migrated) }, null, 2)}\n`;
}
