/**
 * Bugs of the kernel or of a sample driver that a client can see, by name. Each is on where the
 * profile has it, and can be switched off to test against a kernel without it.
 */
export const quirks = {
  "type1-top-of-space":
    "mappings that end at 2^64 are never found again (until 6.12, emulated containers)",
  "type1-stale-dirty-bits":
    "bits of an unzeroed dirty bitmap are taken over into the kernel's own bitmap",
  "mdpy-offset-zero": "mdpy: file reads and writes of the framebuffer always hit its offset 0",
  "mbochs-stray-page":
    "mbochs: file reads and writes of video memory hit what is two pages further on",
  "mbochs-first-plane": "mbochs: the first query of a plane fails with ENOMEM, the second succeeds",
  "ioapic-lost-level":
    "an interrupt line that is up before anybody listens is not seen until it moves (QEMU)",
  "nvme-reset-loses-functions":
    "nvme: resetting the physical function takes its virtual ones, and says they are on (QEMU)",
} as const;

/** The name of a quirk. */
export type QuirkName = keyof typeof quirks;

/** Which quirks a machine has. */
export class QuirkSet {
  readonly #off: ReadonlySet<QuirkName>;

  constructor(off: Iterable<QuirkName> = []) {
    this.#off = new Set(off);
  }

  has(name: QuirkName): boolean {
    return !this.#off.has(name);
  }
}
