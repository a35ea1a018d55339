import assert from "node:assert/strict";

import fc from "fast-check";

import { shellWords } from "../../../../../components/arc/hooks/shell-words";

describe("shellWords", () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ["splits at blanks, tabs and ends of lines", "a  b\tc\nd", ["a", "b", "c", "d"]],
    ["keeps what is in quotes together", `'a b' "c d" e'f'`, ["a b", "c d", "ef"]],
    ["keeps empty words in quotes", `a '' ""`, ["a", "", ""]],
    ["takes characters behind a backslash as they are", String.raw`a\ b \'c`, ["a b", "'c"]],
    ["knows two escapes inside double quotes", String.raw`"a\"b\\c\n"`, [String.raw`a"b\c\n`]],
    ["knows none inside single quotes", String.raw`'a\b'`, [String.raw`a\b`]],
    ["joins lines at a backslash", "a\\\nb", ["ab"]],
    ["knows the escapes of $''", String.raw`$'a\n\x41\101\u00e9\cA\'' b`, ["a\nAA\u00e9\x01'", "b"]],
    ["takes sequences that end in E for escape characters, as the original does", String.raw`$'\x1E'`, ["\x1b"]],
    ['takes $"" for ""', `$"a b"`, ["a b"]],
    ["reads what stood before a quote once more, as the original does", String.raw`\\\\""`, ["\\"]],
    ["finds nothing in blanks", " \t", []],
  ];
  for (const [title, line, words] of cases) it(title, () => assert.deepEqual(shellWords(line), words));

  it("fails when a quote or a backslash has nothing behind it", () => {
    assert.throws(() => shellWords("a 'b"), { message: "a quote without its end in: a 'b" });
    assert.throws(() => shellWords("a\\"), { message: "a backslash at the end of: a\\" });
  });

  it("gives back any words that are put in single quotes", () => {
    const word = fc.string().map((text) => text.replaceAll("'", ""));
    fc.assert(
      fc.property(fc.array(word), (words) => {
        assert.deepEqual(shellWords(words.map((text) => `'${text}'`).join(" ")), words);
      }),
    );
  });
});
