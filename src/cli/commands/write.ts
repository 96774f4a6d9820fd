import type { Command, CommandContext } from "../command.js";
import { readWidth, writeWidth } from "../device/access.js";
import { withDevice } from "../device/open.js";
import { regionParameter } from "../parameter/region.js";
import { type Place, registerParameter } from "../parameter/register.js";
import { parseBigInt } from "../text/number.js";
import { fieldsText, valueText } from "../text/register-value.js";
import { UsageError } from "../usage-error.js";

interface WriteFlags {
  width?: string;
  readBack?: boolean;
}

/** What was written, where, and what it read afterwards if that was asked. */
interface Writing extends Place {
  readonly device: string;
  readonly region: string;
  readonly value: number | bigint;
  readonly readBack?: number | bigint;
}

/** `vfio write DEVICE REGION OFFSET VALUE`: silent unless something is read back. */
export const write: Command<WriteFlags, Writing> = {
  run: (context: CommandContext, [deviceText, regionText, offsetText, valueParameter], flags) =>
    withDevice(context, deviceText!, async (device) => {
      const region = regionParameter(device, regionText!);
      const place = await registerParameter(region, offsetText!, flags.width);
      const value = valueOfParameter(valueParameter!, place);
      if (place.register?.definition.access === "ro") {
        context.note(`${place.register.name} is read-only: writing it changes nothing.`);
      }
      writeWidth(region, place, value);
      const written = place.width === 8 ? value : Number(value);
      const what = { device: device.name, region: region.name.toLowerCase(), ...place };
      return flags.readBack === true
        ? { ...what, value: written, readBack: readWidth(region, place.offset, place.width) }
        : { ...what, value: written };
    }),
  show: ({ readBack, width, register }) => {
    if (readBack === undefined) return "";
    const fields = register === undefined ? "" : fieldsText(register.definition, readBack);
    return `${valueText(readBack, width)}${fields === "" ? "" : `  ${fields}`}\n`;
  },
};

function valueOfParameter(text: string, { width }: Place): bigint {
  const value = parseBigInt(text, "value");
  if (value < 1n << BigInt(width * 8)) return value;
  throw new UsageError(`value: ${text} does not fit into ${width * 8} bits`);
}
