import type { RegisterDefinition } from "../../registers/index.js";
import { PciRegion } from "../../uapi/flags.js";
import type { Region } from "../../vfio/region.js";
import type { Command, CommandContext } from "../command.js";
import { readWidth } from "../device/access.js";
import { withDevice } from "../device/open.js";
import { type KnownMap, knownMap } from "../device/register-maps.js";
import { regionParameter } from "../parameter/region.js";
import { type AccessWidth, widthParameter } from "../parameter/register.js";
import { hexdump } from "../text/hexdump.js";
import { hex, parseNumber } from "../text/number.js";
import type { Paint } from "../text/paint.js";
import { fieldsText, valueText } from "../text/register-value.js";
import { table } from "../text/table.js";
import { UsageError } from "../usage-error.js";

const DEFAULT_LENGTH = 256;

interface DumpFlags {
  width?: string;
  raw?: boolean;
}

interface RegisterRow extends RegisterDefinition {
  readonly name: string;
  /** Undefined when it was not read: write-only, or reading it has an effect. */
  readonly value: number | bigint | undefined;
}

interface Dump {
  readonly device: string;
  readonly region: string;
  readonly size: number;
  readonly offset: number;
  readonly registers?: readonly RegisterRow[];
  /** Bytes of one access. */
  readonly width?: AccessWidth;
  readonly bytes?: readonly number[];
}

/** `vfio dump DEVICE REGION [OFFSET [LENGTH]]` */
export const dump: Command<DumpFlags, Dump> = {
  run: (context: CommandContext, [deviceText, regionText, ...range], flags) =>
    withDevice(context, deviceText!, async (device) => {
      const region = regionParameter(device, regionText!);
      const plain = range.length === 0 && flags.raw !== true && flags.width === undefined;
      const map = plain && isBar(region) ? await knownMap(region) : undefined;
      const { size } = region;
      const what = { device: device.name, region: region.name.toLowerCase(), size };
      if (map !== undefined) return { ...what, offset: 0, registers: readRegisters(region, map) };
      return { ...what, ...readBytes(region, range, flags) };
    }),
  show: (result, paint) =>
    result.registers === undefined ? bytesText(result) : registersText(result.registers, paint),
};

function readRegisters(region: Region, { registers, effects }: KnownMap): RegisterRow[] {
  return Object.entries(registers).map(([name, definition]) => {
    const quiet = definition.access !== "wo" && !effects.includes(name);
    const { offset, width } = definition;
    return { name, ...definition, value: quiet ? readWidth(region, offset, width) : undefined };
  });
}

function isBar({ device, info }: Region): boolean {
  return device.api === "pci" && info.index <= PciRegion.BAR5;
}

function readBytes(region: Region, range: readonly string[], flags: DumpFlags) {
  const width = widthParameter(flags.width) ?? (isBar(region) && region.size % 4 === 0 ? 4 : 1);
  const offset = range[0] === undefined ? 0 : parseNumber(range[0], "offset");
  const left = region.size - offset;
  const length =
    range[1] === undefined ? Math.min(DEFAULT_LENGTH, left) : parseNumber(range[1], "length");
  if (left <= 0 || length > left) {
    throw new UsageError(
      `offset, length: not inside of ${region.name}, which has ${hex(region.size)} bytes`,
    );
  }
  if (offset % width !== 0 || length % width !== 0) {
    throw new UsageError(`offset and length must be multiples of ${width} bytes; or --width 8`);
  }
  const bytes: number[] = [];
  for (let at = offset; at < offset + length; at += width) {
    const value = BigInt(readWidth(region, at, width));
    for (let byte = 0; byte < width; byte++) bytes.push(Number((value >> BigInt(8 * byte)) & 255n));
  }
  return { offset, width, bytes };
}

function bytesText({ bytes = [], offset, width = 1, size, device, region }: Dump): string {
  const end = offset + bytes.length;
  const text = hexdump(Uint8Array.from(bytes), { start: offset, width });
  if (end === size) return text;
  const more = `vfio dump ${device} ${region} ${hex(end)}`;
  return `${text}That is up to ${hex(end)} of ${hex(size)}; more: ${more}\n`;
}

function registersText(registers: readonly RegisterRow[], paint: Paint): string {
  const rows = registers.map(({ name, value, ...definition }) => {
    const { offset, access, width } = definition;
    const shown = value === undefined ? undefined : paint.cyan(valueText(value, width));
    const fields = value === undefined ? unread(access) : fieldsText(definition, value);
    return [hex(offset, 2), name, access, shown, fields === "" ? " " : fields];
  });
  return table(rows, { head: ["OFFSET", "REGISTER", "ACCESS", "VALUE", "FIELDS"] });
}

function unread(access: string): string {
  return access === "wo" ? "write-only" : "not read: reading it has an effect";
}
