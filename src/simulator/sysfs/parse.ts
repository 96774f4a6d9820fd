/** How the kernel reads what user space writes into attributes. */

const largestUnsignedLong = 2n ** 64n - 1n;

/**
 * lib/kstrtox.c: kstrtoul() with base 0: `0x10`, `010` and `16` are one number; a leading plus and
 * one trailing newline are fine; undefined for what is not an unsigned 64-bit number.
 */
export function parseUnsigned(text: string): bigint | undefined {
  const digits = /^\+?([^\n]*)\n?$/.exec(untilNul(text))?.[1];
  if (digits === undefined) return undefined;
  const value = readDigits(digits);
  return value === undefined || value > largestUnsignedLong ? undefined : value;
}

function readDigits(digits: string): bigint | undefined {
  if (/^0x[0-9a-f]+$/i.test(digits)) return BigInt(digits);
  if (/^0[0-7]*$/.test(digits)) return BigInt(`0o${digits}`);
  return /^[1-9][0-9]*$/.test(digits) ? BigInt(digits) : undefined;
}

/** lib/kstrtox.c: kstrtobool(): by the first letters; undefined for what is neither. */
export function parseBool(text: string): boolean | undefined {
  if (/^([yYtT1]|o[nN])/.test(text)) return true;
  return /^([nNfF0]|o[fF])/.test(text) ? false : undefined;
}

/** lib/string.c: sysfs_streq(): equal, but for one newline at the end of either. */
export function sameName(name: string, written: string): boolean {
  const text = untilNul(written);
  return text === name || text === `${name}\n`;
}

/** A C string ends at its first NUL, whatever was written behind it. */
function untilNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}
