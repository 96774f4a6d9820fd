import fc from "fast-check";

/** Arbitraries of numbers, with those that kernels get wrong among them. */
export type Numbers = fc.Arbitrary<number>;

/** One of these, each as likely. */
export function among(...values: number[]): Numbers {
  return fc.constantFrom(...values);
}

/** Mostly the first, now and then one of the others. */
export function mostly(usual: number, ...others: number[]): Numbers {
  return fc.oneof(
    { weight: 7, arbitrary: fc.constant(usual) },
    { weight: 1, arbitrary: among(...others) },
  );
}

/** A struct's `argsz`: mostly its size, or around the least that is taken. */
export function argsz(size: number, least: number): Numbers {
  const odd = among(0, least - 1, least, least + 3, size + 8, 0xffffffff);
  return fc.oneof({ weight: 15, arbitrary: fc.constant(size) }, { weight: 1, arbitrary: odd });
}

/** The flags that are known, in any combination, and now and then an unknown bit. */
export function flags(known: number): Numbers {
  const bit = fc.nat({ max: 31 }).map((n) => (1 << n) >>> 0);
  return fc.oneof(
    { weight: 8, arbitrary: fc.nat({ max: known }).map((value) => value & known) },
    { weight: 1, arbitrary: bit },
  );
}

/** Few small slots. */
export function slot(count: number): Numbers {
  return fc.nat({ max: count - 1 });
}

const PAGE = 0x1000;

/** IOVAs: small pages, neighbours of what VT-d refuses, the ends of address spaces, odd ones. */
export const iovas: Numbers = fc.oneof(
  { weight: 20, arbitrary: fc.nat({ max: 7 }).map((page) => page * PAGE) },
  { weight: 2, arbitrary: among(0xfedff000, 0xfee00000, 0xfeeff000, 0xfef00000) },
  { weight: 2, arbitrary: among(0x7f_ffff_f000, 0x80_0000_0000, 0x7fff_ffff_f000) },
  { weight: 1, arbitrary: among(-PAGE, -2 * PAGE, -0x800, 0x800, 1, 0x1001) },
);

/** Sizes: few pages, none, odd ones, up to a gigabyte. */
export const sizes: Numbers = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 1, max: 3 }).map((pages) => pages * PAGE) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 12 }).map((pages) => pages * PAGE) },
  { weight: 2, arbitrary: among(0, 0x800, 1, 0x1001, -1, -PAGE, -0x8000) },
  { weight: 1, arbitrary: among(0x10000, 0x20000, 0x100000, 0x4000_0000) },
);

/** Places of memory: mostly what can be read and written. */
export const places: Numbers = mostly(0, 1, 2, 3, 4);

/** Offsets into a place. */
export const placeOffsets: Numbers = fc.oneof(
  { weight: 8, arbitrary: fc.nat({ max: 3 }).map((page) => page * PAGE) },
  { weight: 2, arbitrary: fc.nat({ max: 0x20 }).map((page) => page * PAGE) },
  { weight: 1, arbitrary: among(0x800, 1, 0xffff) },
);
