import { describe, expect, it } from "vitest";
import { mappableAreas } from "../../src/vfio/region-areas.js";
import type { RegionInfo } from "../../src/vfio/region-info.js";

const kernel = { pageSize: 4096 };

function info(more: Partial<RegionInfo> = {}): RegionInfo {
  return {
    index: 0,
    size: 0x4000,
    fileOffset: 0,
    readable: true,
    writable: true,
    mappable: true,
    flags: 7,
    sparseAreas: undefined,
    type: undefined,
    msixMappable: false,
    ...more,
  };
}

describe("mappableAreas", () => {
  it("is the whole region where nothing speaks against it", () => {
    expect(mappableAreas(kernel, info(), undefined)).toEqual([{ offset: 0, size: 0x4000 }]);
    expect(mappableAreas(kernel, info({ size: 16 }), undefined)).toEqual([{ offset: 0, size: 16 }]);
  });

  it("is nothing for a region that is not there, not mappable or read-only", () => {
    for (const more of [{ size: 0 }, { mappable: false }, { writable: false }]) {
      expect(mappableAreas(kernel, info(more), undefined)).toEqual([]);
    }
  });

  it("leaves out the pages of the MSI-X table, wherever it is", () => {
    const around = (offset: number, size: number) =>
      mappableAreas(kernel, info(), { offset, size });
    expect(around(0x2000, 65 * 16)).toEqual([
      { offset: 0, size: 0x2000 },
      { offset: 0x3000, size: 0x1000 },
    ]);
    expect(around(0x1ff0, 32)).toEqual([
      { offset: 0, size: 0x1000 },
      { offset: 0x3000, size: 0x1000 },
    ]);
    expect(around(0, 16)).toEqual([{ offset: 0x1000, size: 0x3000 }]);
    expect(around(0x3800, 16)).toEqual([{ offset: 0, size: 0x3000 }]);
    expect(around(0, 0x4000)).toEqual([]);
  });

  it("keeps to the areas that the kernel names", () => {
    const sparseAreas = [
      { offset: 0, size: 0x1000 },
      { offset: 0x2000, size: 0x2000 },
    ];
    expect(mappableAreas(kernel, info({ sparseAreas }), undefined)).toEqual(sparseAreas);
    expect(mappableAreas(kernel, info({ sparseAreas }), { offset: 0x2000, size: 16 })).toEqual([
      { offset: 0, size: 0x1000 },
      { offset: 0x3000, size: 0x1000 },
    ]);
  });
});
