import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pci } from "../../src/index.js";
import { IovaMap } from "../../src/simulator/iommu/iova-map.js";
import { type Row, timed } from "../harness.js";
import { addresses, type Stage } from "../stage.js";

const OPERATIONS = 1_000_000;

/** The simulated kernel: region access, the whole path of a read, and its IOVA map. */
export function simulatorRows(stage: Stage): Row[] {
  const { overNative, baseline } = stage;
  const nativeBar = overNative.devices.find(({ name }) => name === addresses[0])!.region(pci.BAR0);
  const simulator = fork(join(import.meta.dirname, "..", "alone.js"));
  const run = async (loop: string): Promise<number> => {
    simulator.send(loop);
    const [nanoseconds] = (await once(simulator, "message")) as [number];
    return nanoseconds;
  };
  return [
    {
      name: "simulated region.read32",
      against: "the same over the addon",
      goal: 0.4,
      baseline: () => readLoop(nativeBar),
      ours: () => run("mapped"),
    },
    {
      name: "simulated pread, whole path",
      against: "C function pointer",
      goal: 3,
      baseline: () => baseline.pointerCalls(OPERATIONS) / OPERATIONS,
      ours: () => run("file"),
    },
    ...[1e3, 1e5, 1e6].flatMap((count) => iovaRows(stage, count)),
  ];
}

function readLoop(region: { read32(offset: number): number }): number {
  return timed(OPERATIONS, () => {
    for (let at = 0; at < OPERATIONS; at += 1) region.read32(0);
  });
}

const translateGoals: Record<number, number> = { 1e3: 0.9, 1e5: 0.55, 1e6: 0.22 };
const remapGoals: Record<number, number> = { 1e3: 1.3, 1e5: 1, 1e6: 0.7 };

/** 4 KiB mappings at every second page, visited in a random order that both sides share. */
function iovaRows({ baseline }: Stage, count: number): Row[] {
  const rounds = 1 << 17;
  const map = new IovaMap();
  for (let at = 0; at < count; at += 1) map.insert(at * 2, at * 2 + 1, at);
  const order = visitingOrder(count);
  let filled = false;
  const fill = () => {
    if (!filled) baseline.fillTree(count);
    filled = true;
  };
  return [
    {
      name: `IOVA translate, ${count} mappings`,
      against: "std::map",
      goal: translateGoals[count],
      baseline: () => {
        fill();
        return baseline.treeTranslate(rounds) / rounds;
      },
      ours: () =>
        timed(rounds, () => {
          for (let at = 0; at < rounds; at += 1) map.find(order[at & 0xffff]!);
        }),
    },
    {
      name: `IOVA unmap and map, ${count}`,
      against: "std::map",
      goal: remapGoals[count],
      baseline: () => baseline.treeRemap(rounds) / rounds,
      ours: () =>
        timed(rounds, () => {
          for (let at = 0; at < rounds; at += 1) {
            const page = order[at & 0xffff]!;
            map.remove(page);
            map.insert(page, page + 1, at);
          }
        }),
    },
  ];
}

/** The same pseudo-random pages as the baseline visits (xorshift64). */
function visitingOrder(count: number): Float64Array {
  const order = new Float64Array(1 << 16);
  let random = 88172645463325252n;
  for (let at = 0; at < order.length; at += 1) {
    random ^= BigInt.asUintN(64, random << 13n);
    random ^= random >> 7n;
    random ^= BigInt.asUintN(64, random << 17n);
    order[at] = Number(random % BigInt(count)) * 2;
  }
  return order;
}
