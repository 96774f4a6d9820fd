/** The kernels that expectations are written for. */
export const versions = ["6.1", "6.12", "7.2"] as const;

/** A kernel's version, as far as its answers depend on it. */
export type Version = (typeof versions)[number];

/** A value per kernel, in the order of `versions`. */
export class PerVersion<T> {
  constructor(readonly values: readonly [T, T, T]) {}

  at(version: Version): T {
    return this.values[versions.indexOf(version)] as T;
  }
}

/** What is expected: the same of every kernel, or a value for each. */
export type Expected<T> = T | PerVersion<T>;

/** An expectation that differs: 6.1, 6.12, and 7.2 (as 6.12 unless told). */
export function per<A, B, C = B>(v61: A, v612: B, v72: B | C = v612): PerVersion<A | B | C> {
  return new PerVersion<A | B | C>([v61, v612, v72]);
}

/** The value that this kernel is to give. */
export function resolve<T>(expected: Expected<T>, version: Version): T {
  return expected instanceof PerVersion ? expected.at(version) : expected;
}

/**
 * The version that a kernel's release string stands for: `6.1.0-53-amd64` is 6.1.
 *
 * @throws RangeError for a kernel that no expectations exist for
 */
export function versionOf(release: string): Version {
  const [, number = release] = /^(\d+\.\d+)/.exec(release) ?? [];
  const version = versions.find((candidate) => candidate === number);
  if (version !== undefined) return version;
  throw new RangeError(`no expectations for Linux ${release}; there are ${versions.join(", ")}`);
}
