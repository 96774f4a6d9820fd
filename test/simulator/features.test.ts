// Goal: the core's part of DEVICE_FEATURE and the next state of a migration are as in
// drivers/vfio/vfio_main.c, on every profile.

import { describe, expect, it } from "vitest";
import type { DmaLoggingOps, LoggedRange } from "../../src/simulator/core/dma-logging.js";
import { nextMigrationState } from "../../src/simulator/core/migration.js";
import { profiles } from "../../src/simulator/profile.js";
import { Feature, FeatureFlags, structs, Vfio } from "../../src/uapi/index.js";
import { answer, Bench, profileNames, TestDevice } from "./fixtures.js";

const { GET, SET, PROBE } = FeatureFlags;

class LoggingDevice extends TestDevice {
  ranges: readonly LoggedRange[] = [];
  readonly dmaLogging: DmaLoggingOps = {
    start: (ranges, pageSize) => {
      this.ranges = ranges;
      return pageSize;
    },
    stop: () => 0,
    readAndClear: (iova, _length, mark) => {
      mark(iova + 0x1000n, 0x2000n);
      return 0;
    },
  };
}

function opened<Ops extends TestDevice>(ops: Ops, options = {}) {
  const bench = new Bench(options);
  const { group } = bench.addEmulated("dev", ops);
  const { fd } = bench.attach(group);
  const device = bench.kernel.ioctl(fd, Vfio.GROUP_GET_DEVICE_FD, "dev");
  const feature = (flags: number, data = new Uint8Array(0), argsz = 8 + data.length) => {
    const bytes = new Uint8Array(8 + data.length);
    bytes.set(structs.deviceFeature.encode({ argsz, flags }));
    bytes.set(data, 8);
    return answer(() => bench.kernel.ioctl(device, Vfio.DEVICE_FEATURE, bytes));
  };
  return { bench, kernel: bench.kernel, device, feature };
}

describe.each(profileNames)("DEVICE_FEATURE on %s", (profile) => {
  it("checks its header before anything else", () => {
    const { feature, kernel, device } = opened(new TestDevice(), { profile });
    expect(answer(() => kernel.ioctl(device, Vfio.DEVICE_FEATURE, 0))).toBe("EFAULT");
    expect(feature(GET, undefined, 7)).toBe("EINVAL");
    expect(feature(GET | (1 << 19))).toBe("EINVAL");
    expect(feature(GET | SET | 0xffff)).toBe("EINVAL");
    expect(feature(GET | SET | PROBE | 0xffff)).toBe("ENOTTY");
    for (const number of [0, 1, 2, 3, 6, 7, 8, 9]) expect(feature(PROBE | number)).toBe("ENOTTY");
  });

  it("tells a device without pre-copy in its own way", () => {
    const { feature } = opened(new TestDevice(), { profile });
    const expected = profile === "7.2" ? "EINVAL" : "ENOTTY";
    expect(feature(PROBE | SET | Feature.MIG_PRECOPY_INFOv2)).toBe(expected);
  });
});

describe("DMA logging", () => {
  const control = (address: bigint, num_ranges: number, page_size = 0x1000n) =>
    structs.deviceFeatureDmaLoggingControl.encode({ page_size, num_ranges, ranges: address });

  it("checks the ranges one by one", () => {
    const ops = new LoggingDevice();
    const { feature, kernel } = opened(ops, { profile: "6.12" });
    const memory = kernel.allocate(4096);
    const start = (ranges: [bigint, bigint][], count = ranges.length) => {
      for (const [index, [iova, length]] of ranges.entries()) {
        memory.bytes.set(structs.deviceFeatureDmaLoggingRange.encode({ iova, length }), index * 16);
      }
      return feature(SET | Feature.DMA_LOGGING_START, control(memory.address, count));
    };
    expect(start([], 0)).toBe("EINVAL");
    expect(start([], 257)).toBe("E2BIG");
    const nowhere = control(0n, 1);
    expect(feature(SET | Feature.DMA_LOGGING_START, nowhere)).toBe("EFAULT");
    expect(start([[0x800n, 0x1000n]])).toBe("EINVAL");
    expect(start([[0n, 0x800n]])).toBe("EINVAL");
    expect(start([[0xffff_ffff_ffff_f000n, 0x2000n]])).toBe("EOVERFLOW");
    expect(
      start([
        [0n, 0x2000n],
        [0x1000n, 0x1000n],
      ]),
    ).toBe("EINVAL");
    expect(
      start([
        [0n, 0x1000n],
        [0x1000n, 0x1000n],
      ]),
    ).toBe(0);
    expect(ops.ranges).toEqual([
      { start: 0n, last: 0xfffn },
      { start: 0x1000n, last: 0x1fffn },
    ]);
    expect(start([[0x1000n, 0n]])).toBe(0);
    expect(feature(SET | Feature.DMA_LOGGING_STOP)).toBe(0);
    expect(feature(GET | Feature.DMA_LOGGING_STOP)).toBe("EINVAL");
    expect(feature(GET | Feature.DMA_LOGGING_START)).toBe("EINVAL");
  });

  it("reports only where the kernel has the code for it", () => {
    const report = (bench: ReturnType<typeof opened>, page_size: bigint, iova = 0n) => {
      const memory = bench.kernel.allocate(4096);
      const data = { iova, length: 0x8000n, page_size, bitmap: memory.address };
      const bytes = structs.deviceFeatureDmaLoggingReport.encode(data);
      return [bench.feature(GET | Feature.DMA_LOGGING_REPORT, bytes), memory.bytes[0]];
    };
    const stock = opened(new LoggingDevice(), { profile: "6.12" });
    expect(report(stock, 2048n)[0]).toBe("EINVAL");
    expect(report(stock, 0n)[0]).toBe("EINVAL");
    expect(report(stock, 0x1000n, 0xffff_ffff_ffff_f000n)[0]).toBe("EOVERFLOW");
    expect(report(stock, 0x1000n)[0]).toBe("EOPNOTSUPP");
    const built = { ...profiles["6.12"], iovaBitmap: true };
    expect(report(opened(new LoggingDevice(), { profile: built }), 0x1000n)).toEqual([0, 6]);
  });
});

describe("the way of a migration", () => {
  const [STOP, RUNNING, STOP_COPY, RESUMING, P2P, PRE, PRE_P2P] = [1, 2, 3, 4, 5, 6, 7];
  const walk = (flags: number, from: number, to: number) => {
    const path = [from];
    for (let at = from; at !== to; ) {
      at = nextMigrationState(flags, at, to);
      path.push(at);
      if (at < 0 || path.length > 9) break;
    }
    return path;
  };

  it("goes by the states that a device has", () => {
    expect(walk(7, RUNNING, STOP_COPY)).toEqual([RUNNING, P2P, STOP, STOP_COPY]);
    expect(walk(1, RUNNING, STOP_COPY)).toEqual([RUNNING, STOP, STOP_COPY]);
    expect(walk(7, PRE, STOP_COPY)).toEqual([PRE, PRE_P2P, STOP_COPY]);
    expect(walk(7, PRE_P2P, RESUMING)).toEqual([PRE_P2P, P2P, STOP, RESUMING]);
    expect(walk(7, RESUMING, RUNNING)).toEqual([RESUMING, STOP, P2P, RUNNING]);
    expect(walk(3, STOP, RUNNING)).toEqual([STOP, P2P, RUNNING]);
  });

  it("has no way to some", () => {
    expect(nextMigrationState(7, STOP_COPY, PRE)).toBe(-22);
    expect(nextMigrationState(7, RUNNING, 0)).toBe(-22);
    expect(nextMigrationState(7, RUNNING, 8)).toBe(-22);
    expect(nextMigrationState(1, RUNNING, P2P)).toBe(-22);
    expect(nextMigrationState(3, RUNNING, PRE)).toBe(-22);
    expect(nextMigrationState(7, 0, RUNNING)).toBe(-22);
  });
});
