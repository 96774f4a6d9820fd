import { pci, type Region, ro32 } from "../../src/index.js";
import { type Row, timed } from "../harness.js";
import { addresses, type Stage } from "../stage.js";

const OPERATIONS = 1_000_000;

/** Register access through the public API over the addon, against an empty Node-API call. */
export async function registerRows({ overNative, baseline }: Stage): Promise<Row[]> {
  const regions: Region[] = [];
  for (const address of addresses) {
    const device = await overNative.openDevice(bind(overNative.kernel, address));
    regions.push(device.region(pci.BAR0));
  }
  const first = regions[0]!;
  const { id } = first.registers({ id: ro32(0) });
  const noop = baseline.noop;
  const against = "empty Node-API call";
  const empty = () =>
    timed(OPERATIONS, () => {
      for (let at = 0; at < OPERATIONS; at += 1) noop();
    });
  return [
    { name: "region.read32", against, goal: 1.35, baseline: empty, ours: () => reads(first) },
    { name: "region.write32", against, goal: 1.35, baseline: empty, ours: () => writes(first) },
    {
      name: "registers.x.read",
      against,
      goal: 1.35,
      baseline: empty,
      ours: () =>
        timed(OPERATIONS, () => {
          for (let at = 0; at < OPERATIONS; at += 1) id.read();
        }),
    },
    {
      name: "16 regions in turn",
      against,
      goal: 1.5,
      baseline: empty,
      ours: () => inTurn(regions),
    },
    {
      name: "region.read64",
      against,
      goal: 1.6,
      baseline: empty,
      ours: () =>
        timed(OPERATIONS, () => {
          for (let at = 0; at < OPERATIONS; at += 1) first.read64((at & 63) * 8);
        }),
    },
  ];
}

/** Binds a simulated device to vfio-pci: its address. */
export function bind(kernel: { sysfs: Stage["native"]["sysfs"] }, address: string): string {
  kernel.sysfs.write(`/sys/bus/pci/devices/${address}/driver_override`, "vfio-pci");
  kernel.sysfs.write("/sys/bus/pci/drivers_probe", address);
  return address;
}

function reads(region: Region): number {
  return timed(OPERATIONS, () => {
    for (let at = 0; at < OPERATIONS; at += 1) region.read32((at & 63) * 4);
  });
}

function writes(region: Region): number {
  return timed(OPERATIONS, () => {
    for (let at = 0; at < OPERATIONS; at += 1) region.write32((at & 63) * 4, at);
  });
}

function inTurn(regions: readonly Region[]): number {
  return timed(OPERATIONS, () => {
    for (let at = 0; at < OPERATIONS; at += 1) regions[at & 15]!.read32((at & 63) * 4);
  });
}
