/** Whether a text matches a pattern of a policy: `*` stands for any characters, slashes too, `?` for exactly one. */
export function wildcardMatch(pattern: string, text: string): boolean {
  const expression = Array.from(pattern)
    .map((letter) => (letter === "*" ? "[^]*" : letter === "?" ? "[^]" : letter.replace(/[.+^${}()|[\]\\/]/, "\\$&")))
    .join("");
  return new RegExp(`^${expression}$`, "u").test(text);
}

/** The same for ARNs, whose six parts are compared each with its own: no wildcard reaches over a colon of the first five. */
export function arnMatch(pattern: string, arn: string): boolean {
  const [patterns, parts] = [arnParts(pattern), arnParts(arn)];
  return patterns.length === parts.length && patterns.every((part, index) => wildcardMatch(part, parts[index] ?? ""));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}
