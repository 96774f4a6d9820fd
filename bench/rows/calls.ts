import { pci } from "../../src/index.js";
import { type Row, timed } from "../harness.js";
import { addresses, type Stage } from "../stage.js";

const OPERATIONS = 50_000;

/** FIGETBSZ: an ioctl that every file system answers with four bytes. */
const SMALL_IOCTL = 2;

/** System calls through the library, against the same calls in a C loop. */
export async function callRows(stage: Stage): Promise<Row[]> {
  const { overNative, native, file, baseline } = stage;
  const device = overNative.devices.find(({ name }) => name === addresses[0])!;
  const config = device.region(pci.CONFIG);
  const argument = new Uint8Array(4);
  const c = (nanoseconds: number) => nanoseconds / OPERATIONS;
  return [
    {
      name: "region.read32 by pread",
      against: "pread in C",
      goal: 1.08,
      baseline: () => c(baseline.preadLoop(file, 4, OPERATIONS, 0)),
      ours: () =>
        timed(OPERATIONS, () => {
          for (let at = 0; at < OPERATIONS; at += 1) config.read32((at & 63) * 4);
        }),
    },
    {
      name: "small ioctl",
      against: "ioctl in C",
      goal: 1.2,
      baseline: () => c(baseline.ioctlLoop(file, SMALL_IOCTL, OPERATIONS, 4)),
      ours: () =>
        timed(OPERATIONS, () => {
          for (let at = 0; at < OPERATIONS; at += 1) {
            native.unsafeIoctl(file, SMALL_IOCTL, argument);
          }
        }),
    },
  ];
}
