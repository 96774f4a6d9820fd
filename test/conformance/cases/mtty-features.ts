import { Feature } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import { feature, featureLogReport, featureLogStart, op, openMdev } from "../fixtures/index.js";
import { type Place, per, type TracedMemory } from "../trial/index.js";

const later = { versions: ["6.12", "7.2"], because: "mtty has no migration before 6.8" } as const;
const NULL: Place = { address: 0n, label: "NULL" };

/** Writes DMA ranges where LOG_START will look for them. */
function setRanges(memory: TracedMemory, ranges: readonly (readonly [bigint, bigint])[]): Place {
  new BigUint64Array(memory.bytes.buffer, memory.bytes.byteOffset).set(ranges.flat());
  const shown = ranges.map(([iova, length]) => `${iova.toString(16)}+${length.toString(16)}`);
  return { address: memory.at().address, label: `[${shown.slice(0, 3).join(" ")}]` };
}

/** DEVICE_FEATURE on mtty: probing, and DMA logging. */
export const mttyFeatureCases: readonly ConformanceCase[] = [
  {
    name: "features: what the core checks first",
    vectors: [115, 116, 247],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      for (const number of [0, 3, 4, 5, 0xffff]) {
        for (const operation of [op.PROBE, op.GET, op.SET, op.PROBE | op.GET | op.SET]) {
          feature(device, number | operation, 8).is("ENOTTY");
        }
        feature(device, number, 8).is("ENOTTY");
        feature(device, number | op.GET | op.SET, 8).is("EINVAL");
      }
      for (let bit = 19; bit < 32; bit += 1) {
        feature(device, (op.PROBE | (1 << bit)) >>> 0).is("EINVAL");
      }
      for (let argsz = 0; argsz < 8; argsz += 1) feature(device, op.PROBE, 0, argsz).is("EINVAL");
      device.ioctl("DEVICE_FEATURE", null).is("EFAULT");
      device.ioctl("DEVICE_FEATURE", new Uint8Array(7)).is("EFAULT");
    },
  },
  {
    name: "features: which mtty has",
    vectors: [115, 116, 238],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const { MIGRATION, MIG_DEVICE_STATE, MIG_DATA_SIZE, DMA_LOGGING_START } = Feature;
      const { DMA_LOGGING_STOP, DMA_LOGGING_REPORT, MIG_PRECOPY_INFOv2, BUS_MASTER } = Feature;
      const present = [
        [MIGRATION, op.GET],
        [MIG_DEVICE_STATE, op.GET | op.SET],
        [MIG_DATA_SIZE, op.GET],
        [DMA_LOGGING_START, op.SET],
        [DMA_LOGGING_STOP, op.SET],
        [DMA_LOGGING_REPORT, op.GET],
      ] as const;
      for (const [number, operations] of present) {
        feature(device, number | op.PROBE).is(per("ENOTTY", 0));
        feature(device, number | op.PROBE | operations).is(per("ENOTTY", 0));
        const other = operations === op.GET ? op.SET : op.GET;
        const both = operations === (op.GET | op.SET);
        if (!both) feature(device, number | op.PROBE | other).is(per("ENOTTY", "EINVAL"));
        feature(device, number, 32).is(per("ENOTTY", "EINVAL"));
        feature(device, number | op.GET | op.SET, 32).is("EINVAL");
      }
      feature(device, MIGRATION | op.GET, 7).is(per("ENOTTY", "EINVAL"));
      feature(device, MIG_DEVICE_STATE | op.SET, 7).is(per("ENOTTY", "EINVAL"));
      feature(device, BUS_MASTER | op.PROBE).is("ENOTTY");
      feature(device, MIG_PRECOPY_INFOv2 | op.PROBE).is(per("ENOTTY", "ENOTTY", 0));
      feature(device, MIG_PRECOPY_INFOv2 | op.SET).is(per("ENOTTY", "ENOTTY", 0));
    },
  },
  {
    name: "features: the values of mtty",
    vectors: [116],
    needs: ["mtty"],
    only: later,
    run(t) {
      const { device } = openMdev(t, "T2");
      feature(device, Feature.MIGRATION | op.GET, 8)
        .is(0)
        .holds(8, "0700000000000000");
      feature(device, Feature.MIG_DATA_SIZE | op.GET, 8)
        .is(0)
        .holds(8, "6000000000000000");
      const state = feature(device, Feature.MIG_DEVICE_STATE | op.GET, 8).is(0);
      state.holds(8, "02000000 ffffffff");
    },
  },
  {
    name: "features: DMA logging control",
    vectors: [234, 235],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const memory = t.memory(0x2000, "ranges");
      const flags = Feature.DMA_LOGGING_START | op.SET;
      const start = (ranges: (readonly [bigint, bigint])[], num_ranges = ranges.length) =>
        device.call("DEVICE_FEATURE", featureLogStart, {
          flags,
          page_size: 0x1000,
          num_ranges,
          ranges: setRanges(memory, ranges),
        });
      start([], 0).is(per("ENOTTY", "EINVAL"));
      start(Array(257).fill([0x1000n, 0x1000n])).is(per("ENOTTY", "E2BIG"));
      const fromNull = { flags, page_size: 0x1000, num_ranges: 1, ranges: NULL };
      device.call("DEVICE_FEATURE", featureLogStart, fromNull).is(per("ENOTTY", "EFAULT"));
      start([[0x800n, 0x1000n]]).is(per("ENOTTY", "EINVAL"));
      start([[0x1000n, 0x800n]]).is(per("ENOTTY", "EINVAL"));
      const overlapping: [bigint, bigint][] = [
        [0x1000n, 0x2000n],
        [0x2000n, 0x1000n],
      ];
      start(overlapping).is(per("ENOTTY", "EINVAL"));
      start([[0xffff_ffff_ffff_f000n, 0x2000n]]).is(per("ENOTTY", "EOVERFLOW"));
      start([[0x1000n, 0x2000n]]).is(per("ENOTTY", 0));
      feature(device, Feature.DMA_LOGGING_STOP | op.SET).is(per("ENOTTY", 0));
      feature(device, Feature.DMA_LOGGING_STOP | op.SET).is(per("ENOTTY", 0));
      feature(device, Feature.DMA_LOGGING_STOP | op.GET).is(per("ENOTTY", "EINVAL"));
      start([[0x1000n, 0n]]).is(per("ENOTTY", 0));
      feature(device, Feature.DMA_LOGGING_STOP | op.SET).is(per("ENOTTY", 0));
    },
  },
  {
    name: "features: DMA logging report on a kernel without IOMMUFD",
    vectors: [235],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const bitmap = t.memory(0x1000, "bitmap");
      const report = (iova: bigint | number, length: number, page_size: number) =>
        device.call("DEVICE_FEATURE", featureLogReport, {
          flags: Feature.DMA_LOGGING_REPORT | op.GET,
          iova,
          length,
          page_size,
          bitmap: bitmap.at(),
        });
      for (const size of [2048, 5000, 0]) report(0, 0x1000, size).is(per("ENOTTY", "EINVAL"));
      report(0xffff_ffff_ffff_f000n, 0x2000, 0x1000).is(per("ENOTTY", "EOVERFLOW"));
      report(0, 0x1000, 0x1000).is(per("ENOTTY", "EOPNOTSUPP"));
    },
  },
];
