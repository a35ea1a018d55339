import { isFault, type Outcome, type State } from "./outcome";

/** Outcomes as text: faults last, where a terminal leaves the eye, and a line that counts. */
export function formatOutcomes(outcomes: readonly Outcome[], file: string): string {
  if (outcomes.length === 0) return `no image is wanted, and ${file} holds none`;
  const width = Math.max(...outcomes.map(({ state }) => state.length));
  const ordered = [...outcomes].sort((a, b) => Number(isFault(a)) - Number(isFault(b)));
  const lines = ordered.flatMap((outcome) => [
    `${outcome.state.padEnd(width)}  ${outcome.image}`,
    ...details(outcome).map((detail) => `${" ".repeat(width)}    ${detail}`),
  ]);
  return [...lines, "", summary(outcomes)].join("\n");
}

function details({ state, digest, otherDigest, platforms, lookedUp, reason, usedBy }: Outcome): string[] {
  const since = lookedUp === undefined ? "" : ` (looked up ${lookedUp})`;
  const held = digest === undefined ? [] : [`${digest}${state === "failed" ? `${since}, kept` : since}`];
  const other = otherDigest === undefined ? [] : [`${state === "moved" ? "before" : "now"} ${otherDigest}`];
  const forPlatforms = platforms === undefined || platforms.length === 0 ? [] : [platforms.join(", ")];
  const users = usedBy.length === 0 ? [] : [`used by ${usedBy.join("; ")}`];
  return [...(reason === undefined ? [] : [reason]), ...held, ...other, ...forPlatforms, ...users];
}

function summary(outcomes: readonly Outcome[]): string {
  const counts = new Map<State, number>();
  for (const { state } of outcomes) counts.set(state, (counts.get(state) ?? 0) + 1);
  const parts = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  const failed = counts.get("failed") ?? 0;
  const told =
    failed === 0 ? "" : `; ${failed} of ${outcomes.length} could not be looked up, and no digest was made up for them`;
  return `${outcomes.length} ${outcomes.length === 1 ? "image" : "images"}: ${parts}${told}`;
}

/** Outcomes for programs. */
export function jsonOutcomes(outcomes: readonly Outcome[], file: string): string {
  return JSON.stringify({ ok: !outcomes.some(isFault), file, images: outcomes }, undefined, 2);
}
