/**
 * Kubernetes quantities (`250m`, `1.5`, `64Mi`, `2e3`) as exact integers in thousandths of the base unit, so that sums over many
 * containers neither overflow nor round. Syntax: Kubernetes API conventions, "resource.Quantity".
 */
const pattern = /^(?<whole>\d+)(?:\.(?<fraction>\d*))?(?<suffix>m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE]\+?\d{1,2})?$/;

const suffixes: Readonly<Record<string, bigint>> = {
  "": 1000n,
  m: 1n,
  k: 10n ** 6n,
  M: 10n ** 9n,
  G: 10n ** 12n,
  T: 10n ** 15n,
  P: 10n ** 18n,
  E: 10n ** 21n,
  Ki: 1000n * 2n ** 10n,
  Mi: 1000n * 2n ** 20n,
  Gi: 1000n * 2n ** 30n,
  Ti: 1000n * 2n ** 40n,
  Pi: 1000n * 2n ** 50n,
  Ei: 1000n * 2n ** 60n,
};

/** What a quantity may look like, for messages. */
export const quantityAllowed = 'a quantity such as "250m", "1.5", "64Mi" or "10Gi"';

/**
 * The value in thousandths (rounded up, as Kubernetes does), or `undefined` when the text is no quantity. Signs are refused: a negative
 * request or limit is never valid.
 */
export function parseQuantity(text: string): bigint | undefined {
  const groups = pattern.exec(text)?.groups;
  if (!groups) return undefined;
  const { whole = "0", fraction = "", suffix = "" } = groups;
  const scale = suffixes[suffix] ?? 1000n * 10n ** BigInt(suffix.slice(1).replace("+", ""));
  const digits = BigInt(whole + fraction) * scale;
  const divisor = 10n ** BigInt(fraction.length);
  return (digits + divisor - 1n) / divisor;
}

/** The shortest exact notation: binary suffixes where they divide evenly, else whole units, else `m`. */
export function formatQuantity(milli: bigint): string {
  if (milli % 1000n !== 0n) return `${milli.toString()}m`;
  const units = milli / 1000n;
  for (const suffix of ["Ei", "Pi", "Ti", "Gi", "Mi", "Ki"]) {
    const size = (suffixes[suffix] ?? 1000n) / 1000n;
    if (units !== 0n && units % size === 0n) return `${(units / size).toString()}${suffix}`;
  }
  return units.toString();
}

/**
 * Like {@link parseQuantity}, for values that settings have already checked.
 *
 * @throws Error when the text is no quantity.
 */
export function quantity(text: string): bigint {
  const milli = parseQuantity(text);
  if (milli === undefined) throw new Error(`"${text}" is no quantity; allowed: ${quantityAllowed}`);
  return milli;
}

/** The value of a quantity that has been checked, in whole bytes. @throws Error when the text is none */
export function bytesOf(text: string): number {
  const thousandths = parseQuantity(text);
  if (thousandths === undefined) throw new Error(`${text} passed the checks of settings but is no quantity`);
  return Number(thousandths / 1000n);
}
