import { writeFileSync } from "node:fs";
import type { Plane } from "../../vfio/display.js";
import type { Command, CommandContext } from "../command.js";
import { withDevice } from "../device/open.js";
import { png } from "../screenshot/png.js";
import { takePicture } from "../screenshot/take-picture.js";

/** What was taken, and where it is now. */
interface Shot {
  readonly device: string;
  readonly file: string;
  readonly plane: Plane;
}

/** `vfio screenshot DEVICE FILE` */
export const screenshot: Command<unknown, Shot> = {
  run: (context: CommandContext, [deviceText, file]) =>
    withDevice(context, deviceText!, (device) => {
      const { plane, picture } = takePicture(device);
      writeFileSync(file!, png(picture));
      return { device: device.name, file: file!, plane };
    }),
  show: ({ file, plane }) => {
    const { width, height, format, mode } = plane;
    return `${file}: ${width} x ${height}, ${format} by ${mode}\n`;
  },
};
