/**
 * Splits a command line into words as the package `shlex` does, which the hooks use: quotes, backslashes, and bash's `$'...'` and `$"..."`.
 * Its oddities are kept, because they end up in the pod; a test compares the two.
 *
 * @throws Error when a quote or a backslash has nothing behind it.
 */
export function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote: { readonly mark: string; readonly ansi: boolean; readonly dollar: boolean } | undefined;
  let dollarAt = -2;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === "\\" && (quote === undefined || quote.dollar || quote.mark === '"')) {
      at += 1;
      if (at >= line.length) throw new Error(`a backslash at the end of: ${line}`);
      const next = line.charAt(at);
      // A backslash before the end of a line joins it with the next one.
      if (next !== "\n") word = (word ?? "") + (quote ? `\\${next}` : next);
    } else if (quote) {
      if (char === quote.mark) {
        word = unescape(word ?? "", quote);
        quote = undefined;
      } else word = (word ?? "") + char;
    } else if (char === "'" || char === '"') {
      const dollar = dollarAt === at - 1;
      word = dollar ? (word ?? "").slice(0, -1) : (word ?? "");
      quote = { mark: char, dollar, ansi: dollar && char === "'" };
    } else if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      if (char === "$") dollarAt = at;
      word = (word ?? "") + char;
    }
  }
  if (quote) throw new Error(`a quote without its end in: ${line}`);
  return word === undefined ? words : [...words, word];
}

/** Takes the backslashes out of a word whose quote has just ended; in the original, too, this covers what stood before the quote. */
function unescape(word: string, quote: { readonly mark: string; readonly ansi: boolean }): string {
  if (quote.ansi) return word.replace(ansiEscape, (_, sequence: string) => ansiCharacter(sequence));
  return quote.mark === '"' ? word.replace(/\\([\\"])/g, "$1") : word;
}

const ansiEscape = /\\([\\'"?abeEfnrtv]|[0-7]{1,3}|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|c.)/g;

const named: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\x08",
  e: "\x1b",
  E: "\x1b",
  f: "\x0c",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\x0b",
};

function ansiCharacter(sequence: string): string {
  const literal = named[sequence];
  if (literal !== undefined) return literal;
  // `shlex` takes every sequence that ends in E for an escape character.
  if (sequence.endsWith("E")) return "\x1b";
  const [kind, rest] = [sequence.charAt(0), sequence.slice(1)];
  if (kind === "c") return rest === "?" ? "\x7f" : rest === "@" ? "\0" : String.fromCharCode(rest.charCodeAt(0) & 31);
  if (/[xuU]/.test(kind)) return String.fromCharCode(parseInt(rest, 16));
  return /[0-7]/.test(kind) ? String.fromCharCode(parseInt(sequence, 8)) : sequence;
}
