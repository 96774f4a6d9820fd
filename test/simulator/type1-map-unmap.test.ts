// Goal: MAP_DMA and UNMAP_DMA of a container with an emulated group answer as the real kernel does,
// in its order (section 7.2 of the kernel's semantics), on every profile.

import { describe, expect, it } from "vitest";
import type { MachineOptions } from "../../src/simulator/machine.js";
import { type Profile, profiles } from "../../src/simulator/profile.js";
import { structs, Vfio } from "../../src/uapi/index.js";
import { answer, Bench, profileNames, TestDevice } from "./fixtures.js";

const M = 0x7f00_0000_0000n;
const LAST_PAGE = 0xffff_ffff_ffff_f000n;

function emulated(options: MachineOptions = {}, type = 3) {
  const bench = new Bench(options);
  const { group, ops, device } = bench.addEmulated("dev", new TestDevice());
  return { bench, group, ops, device, ...bench.attach(group, type) };
}

describe.each(profileNames)("MAP_DMA on %s", (profile) => {
  const wrap = profile === "7.2" ? "EOVERFLOW" : "EINVAL";

  it("checks its struct", () => {
    const { bench, container, dma } = emulated({ profile });
    expect(dma.map(3, M, 0n, 0x1000n, 31)).toBe("EINVAL");
    expect(dma.map(0x13, M, 0n, 0x1000n)).toBe("EINVAL");
    const call = (argument: number | Uint8Array) =>
      answer(() => bench.kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, argument));
    expect(call(0)).toBe("EFAULT");
    expect(call(new Uint8Array(31).fill(32, 0, 1))).toBe("EFAULT");
  });

  it("checks flags, size and alignment", () => {
    const { dma } = emulated({ profile });
    expect(dma.map(0, M, 0n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(7, M, 0n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(5, M, 0n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(4, M, 0n, 0x1000n)).toBe("ENOENT");
    expect(dma.map(3, M, 0n, 0n)).toBe("EINVAL");
    expect(dma.map(3, M, 0n, 0x800n)).toBe("EINVAL");
    expect(dma.map(3, M, 0x800n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(3, M + 0x800n, 0n, 0x1000n)).toBe("EINVAL");
  });

  it("does not wrap", () => {
    const { dma } = emulated({ profile });
    expect(dma.map(3, M, LAST_PAGE, 0x2000n)).toBe(wrap);
    expect(dma.map(3, LAST_PAGE, 0n, 0x2000n)).toBe(wrap);
    expect(dma.map(0, M, LAST_PAGE, 0x2000n)).toBe(wrap);
    expect(dma.map(3, M, 0xffff_ffff_ffff_f800n, 0x1000n)).toBe(wrap);
  });

  it("takes any address while nothing is pinned", () => {
    const { dma } = emulated({ profile });
    expect(dma.map(3, 0n, 0n, 0x1000n)).toBe(0);
    expect(dma.unmap(0, 0n, 0x1000n)).toEqual([0, 0x1000n]);
    expect(dma.map(3, 0xdead_0000n, 0n, 0x1000n)).toBe(0);
    expect(dma.map(3, 0xffff_8000_0000_0000n, 0x1000n, 0x1000n)).toBe(0);
  });

  it("does not overlap", () => {
    const { dma } = emulated({ profile });
    for (const [flags, page] of [3, 1, 2].entries()) {
      expect(dma.map(page, M, BigInt(flags) * 0x1000n, 0x1000n)).toBe(0);
    }
    expect(dma.map(3, M, 0n, 0x1000n)).toBe("EEXIST");
    expect(dma.map(3, M, 0x2000n, 0x2000n)).toBe("EEXIST");
    expect(dma.map(3, M, 0n, 0x10000n)).toBe("EEXIST");
    expect(dma.unmap(0, 0n, 0x3000n)).toEqual([0, 0x3000n]);
  });

  it("updates only addresses that were invalidated", () => {
    const { dma } = emulated({ profile });
    dma.map(3, M, 0n, 0x1000n);
    expect(dma.map(4, M, 0n, 0x1000n)).toBe("EINVAL");
    expect(dma.map(4, M, 0x1000n, 0x1000n)).toBe("ENOENT");
  });

  it("ends at the limit of entries", () => {
    const limited: Profile = { ...profiles[profile], dmaEntryLimit: 3 };
    const { dma } = emulated({ profile: limited });
    for (const page of [0n, 1n, 2n]) expect(dma.map(3, M, page << 12n, 0x1000n)).toBe(0);
    expect(dma.map(3, M, 0x3000n, 0x1000n)).toBe("ENOSPC");
    expect(dma.map(3, M, 0n, 0x1000n)).toBe("EEXIST");
    expect(dma.map(3, M, 0x3800n, 0x1000n)).toBe("EINVAL");
    expect(dma.unmap(0, 0x1000n, 0x1000n)).toEqual([0, 0x1000n]);
    expect(dma.map(3, M, 0x3000n, 0x1000n)).toBe(0);
  });
});

describe.each(profileNames)("UNMAP_DMA on %s", (profile) => {
  const wrap = profile === "7.2" ? "EOVERFLOW" : "EINVAL";

  it("takes no mapping apart", () => {
    const { dma } = emulated({ profile });
    dma.map(3, M, 0x10000n, 0x4000n);
    for (const [iova, size] of [
      [0x11000n, 0x1000n],
      [0x10000n, 0x1000n],
      [0x13000n, 0x1000n],
      [0xf000n, 0x2000n],
    ] as const) {
      expect(dma.unmap(0, iova, size)).toEqual(["EINVAL", size]);
    }
    expect(dma.unmap(0, 0xf000n, 0x6000n)).toEqual([0, 0x4000n]);
    expect(dma.unmap(0, 0xf000n, 0x6000n)).toEqual([0, 0n]);
  });

  it("checks its range", () => {
    const { dma } = emulated({ profile });
    expect(dma.unmap(0, 0n, 0n)[0]).toBe("EINVAL");
    expect(dma.unmap(0, 0x800n, 0x1000n)[0]).toBe("EINVAL");
    expect(dma.unmap(0, 0n, 0x800n)[0]).toBe("EINVAL");
    expect(dma.unmap(0, LAST_PAGE, 0x2000n)[0]).toBe(wrap);
    expect(dma.unmap(8, 0n, 0x1000n)[0]).toBe("EINVAL");
    expect(dma.unmap(0, 0n, 0x1000n, 23)[0]).toBe("EINVAL");
  });

  it("unmaps all", () => {
    const { dma } = emulated({ profile });
    expect(dma.unmap(2, 0n, 0x1000n)[0]).toBe("EINVAL");
    expect(dma.unmap(2, 0x1000n, 0n)[0]).toBe("EINVAL");
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0n]);
    dma.map(3, M, 0n, 0x4000n);
    dma.map(3, M, 0x1_0000_0000n, 0x1000n);
    dma.map(3, M, 0x10_0000n, 0x1000n);
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0x6000n]);
  });

  it("cannot invalidate addresses of a container with mediated devices", () => {
    const { dma } = emulated({ profile });
    dma.map(3, M, 0n, 0x1000n);
    expect(dma.unmap(4, 0n, 0x1000n)).toEqual(["EBUSY", 0x1000n]);
    expect(dma.unmap(6, 0n, 0n)).toEqual(["EBUSY", 0n]);
  });
});

describe.each(profileNames)("the last page of the address space on %s", (profile) => {
  const fixed = profile === "7.2";

  it("is lost until 7.2", () => {
    const { dma } = emulated({ profile });
    expect(dma.map(3, M, LAST_PAGE, 0x1000n)).toBe(0);
    expect(dma.map(3, M, LAST_PAGE, 0x1000n)).toBe(fixed ? "EEXIST" : 0);
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, fixed ? 0x1000n : 0n]);
    if (fixed) dma.map(3, M, LAST_PAGE, 0x1000n);
    expect(dma.unmap(0, LAST_PAGE, 0x1000n)).toEqual([0, fixed ? 0x1000n : 0n]);
  });

  it("spoils a range that ends there", () => {
    const { dma } = emulated({ profile });
    dma.map(3, M, 0x1000n, 0x1000n);
    expect(dma.unmap(0, 0x1000n, 0xffff_ffff_ffff_f000n)).toEqual([0, fixed ? 0x1000n : 0n]);
  });

  it("is as it should be without the quirk", () => {
    const { dma } = emulated({ profile, withoutQuirks: ["type1-top-of-space"] });
    expect(dma.map(3, M, LAST_PAGE, 0x1000n)).toBe(0);
    expect(dma.map(3, M, LAST_PAGE, 0x1000n)).toBe("EEXIST");
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0x1000n]);
  });
});

describe("searches that a mapping of the last page misleads", () => {
  const page = (count: bigint) => LAST_PAGE - count * 0x1000n;

  it("find what stands on the right side of it", () => {
    const { dma } = emulated();
    dma.map(3, M, 0x1000n, 0x1000n);
    dma.map(3, M, LAST_PAGE, 0x1000n);
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0x2000n]);
    dma.map(3, M, LAST_PAGE, 0x1000n);
    dma.map(3, M, LAST_PAGE, 0x1000n);
    dma.map(3, M, 0x1000n, 0x1000n);
    expect(dma.unmap(0, 0n, page(1n))).toEqual([0, 0n]);
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0n]);
    expect(dma.map(3, M, 0x1000n, 0x1000n)).toBe("EEXIST");
  });

  it("miss what is larger than a page as well", () => {
    const { dma } = emulated();
    dma.map(3, M, LAST_PAGE, 0x1000n);
    dma.map(3, M, LAST_PAGE, 0x1000n);
    dma.map(3, M, 0x1000n, 0x1000n);
    expect(dma.map(3, M, page(2n), 0x3000n)).toBe(0);
    expect(dma.map(3, M, page(3n), 0x1000n)).toBe(0);
    expect(dma.map(3, M, page(3n), 0x2000n)).toBe("EEXIST");
    expect(dma.map(3, M, page(2n), 0x1000n)).toBe(0);
    expect(dma.unmap(0, page(3n), 0x2000n)).toEqual([0, 0n]);
    expect(dma.unmap(2, 0n, 0n)).toEqual([0, 0n]);
  });
});

describe("type1 v1", () => {
  it("removes what begins in the range, whole", () => {
    const { dma } = emulated({}, 1);
    dma.map(3, M, 0n, 0x3000n);
    expect(dma.unmap(0, 0x1000n, 0x1000n)).toEqual([0, 0n]);
    expect(dma.unmap(0, 0n, 0x1000n)).toEqual([0, 0x3000n]);
    dma.map(3, M, 0x8000n, 0x2000n);
    expect(dma.unmap(0, 0x7000n, 0x2000n)).toEqual([0, 0x2000n]);
    dma.map(3, M, 0x8000n, 0x2000n);
    expect(dma.unmap(0, 0x9000n, 0x4000n)).toEqual([0, 0n]);
  });

  it("tracks nothing", () => {
    const { bench, container } = emulated({}, 1);
    const call = () => bench.kernel.ioctl(container, Vfio.IOMMU_DIRTY_PAGES, 0);
    expect(answer(call)).toBe("EACCES");
  });
});

describe("leaving the container", () => {
  it("ends every mapping", () => {
    const { bench, group, container, fd, dma } = emulated();
    dma.map(3, M, 0n, 0x1000n);
    const info = structs.iommuType1Info.encode({ argsz: 200 }, 176);
    bench.kernel.ioctl(container, Vfio.IOMMU_GET_INFO, info);
    expect(new DataView(info.buffer).getUint32(56 + 8, true)).toBe(65534);
    bench.kernel.close(fd);
    const next = bench.attach(group);
    expect(next.dma.unmap(2, 0n, 0n)).toEqual([0, 0n]);
  });
});
