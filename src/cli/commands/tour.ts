import type { Command } from "../command.js";
import { type TourReport, takeTour } from "../tour/take-tour.js";

/** `vfio tour` */
export const tour: Command<unknown, TourReport> = {
  run: (context) => takeTour(context),
  show: ({ kernel, edu, mtty }, paint) => {
    const seen = [edu && "a PCI device", mtty && "a mediated device"].filter((what) => what);
    const done = `VFIO works: ${seen.join(" and ")} on ${kernel}, nothing left behind.`;
    return `\n${paint.green(done)}\n`;
  },
};
