import * as z from "zod/mini";

/** Forms of settings that several programs have. What is allowed is said in words, which messages repeat. */
export const text = (allowed: string) => z.string({ error: allowed }).check(z.minLength(1, { error: allowed }));

export const matching = (pattern: RegExp, allowed: string) =>
  z.string({ error: allowed }).check(z.regex(pattern, { error: allowed }));

export const whole = (least: number, most: number) => {
  const error = `a whole number from ${least} to ${most}`;
  return z.int({ error }).check(z.minimum(least, { error }), z.maximum(most, { error }));
};
