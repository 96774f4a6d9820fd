import type { RegisterDefinition } from "../../registers/index.js";
import { similarNames } from "../../sysfs/index.js";
import type { Region } from "../../vfio/region.js";
import { type KnownMap, knownMap } from "../device/register-maps.js";
import { hex, parseNumber } from "../text/number.js";
import { UsageError } from "../usage-error.js";

/** Widths of an access in bytes. */
export type AccessWidth = 1 | 2 | 4 | 8;

/** Where to access a region, and how wide. */
export interface Place {
  readonly offset: number;
  /** Bytes. */
  readonly width: AccessWidth;
  /** Its name and definition, where the region's map is known. */
  readonly register: { name: string; definition: RegisterDefinition } | undefined;
}

/**
 * The register that an OFFSET parameter means, by number or by name, and how wide it is accessed:
 * as `--width` says, else as the map says if it was named, else 32 bits.
 *
 * @throws UsageError
 */
export async function registerParameter(
  region: Region,
  text: string,
  width: string | undefined,
): Promise<Place> {
  const map = await knownMap(region);
  const asked = widthParameter(width);
  const named = /^[a-z_]/i.test(text) ? byName(region, map, text) : undefined;
  const offset = named?.definition.offset ?? parseNumber(text, "offset");
  const bytes = asked ?? named?.definition.width ?? 4;
  if (offset % bytes !== 0) {
    throw new UsageError(
      `offset: ${hex(offset)} is not a multiple of ${bytes} bytes; narrower: --width 8 or 16`,
    );
  }
  if (offset + bytes > region.size) {
    throw new UsageError(
      `offset: ${hex(offset)} is outside of ${region.name}, which has ${hex(region.size)} bytes`,
    );
  }
  return { offset, width: bytes, register: named ?? byOffset(map, offset, bytes) };
}

/** Bytes of an access from `--width` in bits; undefined when it was not given. */
export function widthParameter(bits: string | undefined): AccessWidth | undefined {
  return bits === undefined ? undefined : ((Number(bits) / 8) as AccessWidth);
}

function byName(region: Region, map: KnownMap | undefined, text: string) {
  if (map === undefined) {
    throw new UsageError(`offset: the registers of ${region.name} have no known names`);
  }
  const all = Object.keys(map.registers);
  const name = all.find((each) => each.toLowerCase() === text.toLowerCase());
  if (name !== undefined) return { name, definition: map.registers[name]! };
  const similar = similarNames(text, all);
  const instead = similar.length > 0 ? similar : all;
  throw new UsageError(
    `offset: ${map.device} has no register '${text}'. It has: ${instead.join(", ")}`,
  );
}

function byOffset(map: KnownMap | undefined, offset: number, width: number) {
  const found = Object.entries(map?.registers ?? {}).find(
    ([, definition]) => definition.offset === offset && definition.width === width,
  );
  return found === undefined ? undefined : { name: found[0], definition: found[1] };
}
