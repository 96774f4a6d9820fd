import type { Command, CommandContext } from "../command.js";
import { readWidth } from "../device/access.js";
import { withDevice } from "../device/open.js";
import { regionParameter } from "../parameter/region.js";
import { type Place, registerParameter } from "../parameter/register.js";
import { hex, parseNumber } from "../text/number.js";
import { fieldsText, valueText } from "../text/register-value.js";
import { UsageError } from "../usage-error.js";

interface ReadFlags {
  width?: string;
  count?: string;
}

/** What was read, and where. */
interface Reading extends Place {
  readonly device: string;
  readonly region: string;
  readonly values: readonly (number | bigint)[];
}

/** `vfio read DEVICE REGION OFFSET` */
export const read: Command<ReadFlags, Reading> = {
  run: (context: CommandContext, [deviceText, regionText, offsetText], flags) =>
    withDevice(context, deviceText!, async (device) => {
      const region = regionParameter(device, regionText!);
      const place = await registerParameter(region, offsetText!, flags.width);
      const count = countOf(flags, place, region.size);
      if (place.register?.definition.access === "wo") {
        context.note(`${place.register.name} is write-only: what it reads means nothing.`);
      }
      const values = Array.from({ length: count }, (_, index) =>
        readWidth(region, place.offset + index * place.width, place.width),
      );
      return { device: device.name, region: region.name.toLowerCase(), ...place, values };
    }),
  show: ({ values, offset, width, register }) => {
    const [first] = values;
    if (values.length !== 1) {
      const line = (value: number | bigint, at: number) =>
        `${hex(offset + at * width, 4)}: ${valueText(value, width)}\n`;
      return values.map(line).join("");
    }
    const fields = register === undefined ? "" : fieldsText(register.definition, first!);
    return `${valueText(first!, width)}${fields === "" ? "" : `  ${fields}`}\n`;
  },
};

function countOf({ count }: ReadFlags, { offset, width }: Place, size: number): number {
  if (count === undefined) return 1;
  const number = parseNumber(count, "--count");
  const most = Math.floor((size - offset) / width);
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`--count: ${count} is not from 1 to ${most}, where the region ends`);
}
