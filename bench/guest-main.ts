/**
 * `npm run bench -- --guest`: the calls that need a real VFIO, in a guest, against the same calls
 * in C on the same descriptors.
 */

import { bind, type Device, pci, Vfio } from "../src/index.js";
import { Vfio as Requests } from "../src/uapi/requests.js";
import { type Baseline, loadBaseline } from "./baseline.js";
import { type Row, timed } from "./harness.js";
import { report } from "./report.js";

const ADDRESS = "0000:00:05.0";
const IOVA = 0x10_0000;
const DEVICE_INFO = 20;
const CALLS = 2000;

const baseline = loadBaseline();
const vfio = await Vfio.open({ kernel: "host" });
await bind(vfio.kernel, ADDRESS);
const device = await vfio.openDevice(ADDRESS);
const status = await report(
  [...callRows(device, baseline), mapRow(4096), mapRow(2 * 1024 * 1024)],
  process.argv.slice(2),
);
await vfio.close();
process.exit(status);

function callRows({ fd }: Device, { preadLoop, ioctlLoop }: Baseline): Row[] {
  const config = device.region(pci.CONFIG);
  const at = config.info.fileOffset;
  return [
    {
      name: "config read",
      against: "pread in C",
      goal: 1.08,
      baseline: () => preadLoop(fd, 4, CALLS, at) / CALLS,
      ours: () =>
        timed(CALLS, () => {
          for (let round = 0; round < CALLS; round += 1) config.read32(0);
        }),
    },
    {
      name: "DEVICE_GET_INFO",
      against: "ioctl in C",
      goal: 1.2,
      baseline: () => ioctlLoop(fd, Requests.DEVICE_GET_INFO, CALLS, DEVICE_INFO) / CALLS,
      ours: () => {
        const bytes = new Uint8Array(DEVICE_INFO);
        const argsz = new DataView(bytes.buffer);
        return timed(CALLS, () => {
          for (let round = 0; round < CALLS; round += 1) {
            argsz.setUint32(0, DEVICE_INFO, true);
            vfio.kernel.ioctl(fd, Requests.DEVICE_GET_INFO, bytes);
          }
        });
      },
    },
  ];
}

function mapRow(size: number): Row {
  const memory = vfio.allocate(size);
  const rounds = size > 4096 ? 50 : 500;
  const { fd } = vfio.container;
  const vaddr = Number(memory.address);
  return {
    name: `MAP and UNMAP of ${size / 1024} KiB`,
    against: "ioctls in C",
    goal: size > 4096 ? 1.01 : 1.03,
    baseline: () => baseline.mapLoop(fd, vaddr, IOVA, size, rounds) / rounds,
    ours: () =>
      timed(rounds, () => {
        for (let round = 0; round < rounds; round += 1) {
          vfio.dma.map(memory, { iova: IOVA }).unmap();
        }
      }),
  };
}
