import { type Fields, type Struct, structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import {
  emulated,
  featureLogReport,
  getDirtyBitmap,
  mdev,
  openGroup,
  openMdev,
  openPci,
  unmapWithBitmap,
} from "../fixtures/index.js";
import {
  type Expected,
  FILL,
  type FieldValues,
  per,
  type Request,
  type TracedFile,
  type Trial,
  type Value,
} from "../trial/index.js";

/** One request whose `argsz` is tried from 0 to 16 beyond the struct. */
interface Ladder<F extends Fields> {
  readonly request: Request;
  readonly layout: Struct<F>;
  readonly values: FieldValues<F>;
  /** Least `argsz` that is taken. */
  readonly min: number;
  /** What a large enough one gives. */
  readonly gives: Expected<Value>;
  /** Puts things right between two rungs. */
  readonly between?: () => void;
}

/** `argsz` from 0 on, then memory that ends early. */
function climb<F extends Fields>(file: TracedFile, ladder: Ladder<F>): void {
  const { request, layout, values, min, gives, between } = ladder;
  const room = layout.size + 16;
  for (let argsz = 0; argsz <= room; argsz += 1) {
    const outcome = file.call(request, layout, { ...values, argsz }, { fill: FILL, room });
    outcome.is(argsz < min ? "EINVAL" : gives);
    if (argsz < min) outcome.untouched();
    between?.();
  }
  for (let length = 0; length < layout.size; length += 1) {
    const options = { fill: FILL, room: length };
    const outcome = file.call(request, layout, { ...values, argsz: layout.size }, options);
    if (length < min) outcome.is("EFAULT");
    between?.();
  }
}

function containerLadders(t: Trial): void {
  const { container } = emulated(t);
  const m = t.memory(0x4000, "m");
  const empty = () => void t.kernel.unsafeIoctl(container.fd, unmapAll, unmapEverything());
  const range = { iova: 0, size: 0x1000 };
  climb(container, {
    request: "IOMMU_MAP_DMA",
    layout: structs.iommuType1DmaMap,
    values: { flags: 3, vaddr: m.at(), ...range },
    min: 32,
    gives: 0,
    between: empty,
  });
  climb(container, {
    request: "IOMMU_UNMAP_DMA",
    layout: structs.iommuType1DmaUnmap,
    values: { flags: 0, ...range },
    min: 24,
    gives: 0,
  });
  const start = { flags: 1 };
  const { iommuType1DirtyBitmap } = structs;
  climb(container, {
    request: "IOMMU_DIRTY_PAGES",
    layout: iommuType1DirtyBitmap,
    values: start,
    min: 8,
    gives: 0,
  });
  const bitmap = { pgsize: 0x1000, bitmap_size: 8, data: m.at(0x2000) };
  climb(container, {
    request: "IOMMU_DIRTY_PAGES",
    layout: getDirtyBitmap,
    values: { flags: 4, ...range, ...bitmap },
    min: 48,
    gives: 0,
  });
  climb(container, {
    request: "IOMMU_UNMAP_DMA",
    layout: unmapWithBitmap,
    values: { flags: 1, ...range, ...bitmap },
    min: 48,
    gives: 0,
  });
}

const unmapAll = 0x3b72;

function unmapEverything(): Uint8Array {
  return structs.iommuType1DmaUnmap.encode({ flags: 2, iova: 0n, size: 0n });
}

/** Every `argsz`, and memory that ends before the struct does. */
export const ladderCases: readonly ConformanceCase[] = [
  {
    name: "ladder: requests of containers",
    vectors: [34, 43, 57, 63],
    needs: ["mtty"],
    run: containerLadders,
  },
  {
    name: "ladder: group status",
    vectors: [7],
    needs: ["mtty"],
    run(t) {
      const group = openGroup(t, mdev(t, "T1"));
      const { groupStatus: layout } = structs;
      climb(group, { request: "GROUP_GET_STATUS", layout, values: {}, min: 8, gives: 0 });
    },
  },
  {
    name: "ladder: info of mtty",
    vectors: [93, 94, 95],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      infoLadders(device);
    },
  },
  {
    name: "ladder: info of mdpy",
    vectors: [125, 126, 131],
    needs: ["mdpy"],
    run(t) {
      const { device } = openMdev(t, "PY");
      infoLadders(device);
      climb(device, {
        request: "DEVICE_QUERY_GFX_PLANE",
        layout: structs.deviceGfxPlaneInfo,
        values: { flags: 4 },
        min: 60,
        gives: 0,
      });
    },
  },
  {
    name: "ladder: info of edu",
    vectors: [141, 142, 143, 178, 180],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      infoLadders(device);
      climb(device, {
        request: "DEVICE_IOEVENTFD",
        layout: structs.deviceIoeventfd,
        values: { flags: 4, offset: 4, data: 0, fd: -1 },
        min: 28,
        gives: "ENODEV",
      });
      climb(device, {
        request: "DEVICE_GET_PCI_HOT_RESET_INFO",
        layout: structs.pciHotResetInfo,
        values: {},
        min: 12,
        gives: "ENODEV",
      });
      climb(device, {
        request: "DEVICE_PCI_HOT_RESET",
        layout: structs.pciHotReset,
        values: { flags: 0, count: 1 },
        min: 12,
        gives: "ENODEV",
      });
    },
  },
  {
    name: "ladder: features",
    vectors: [115, 116, 235],
    needs: ["mtty"],
    run(t) {
      const { device } = openMdev(t, "T2");
      const probe = { flags: (1 << 18) | 1 };
      const { deviceFeature: layout } = structs;
      const request = "DEVICE_FEATURE";
      climb(device, { request, layout, values: probe, min: 8, gives: per("ENOTTY", 0) });
      const bitmap = t.memory(0x1000, "bitmap");
      const range = { iova: 0, length: 0x1000, page_size: 0x1000, bitmap: bitmap.at() };
      climb(device, {
        request,
        layout: featureLogReport,
        values: { flags: (1 << 16) | 8, ...range },
        min: t.expected(per(8, 40)),
        gives: per("ENOTTY", "EOPNOTSUPP"),
      });
    },
  },
];

/** The three info requests that every device has. */
function infoLadders(device: TracedFile): void {
  const info = { min: 16, gives: 0, values: {} } as const;
  climb(device, { request: "DEVICE_GET_INFO", layout: structs.deviceInfo, ...info });
  const values = { index: 0 };
  const { regionInfo, irqInfo } = structs;
  const region = { values, min: 32, gives: 0 } as const;
  climb(device, { request: "DEVICE_GET_REGION_INFO", layout: regionInfo, ...region });
  const irq = { values, min: 16, gives: 0 } as const;
  climb(device, { request: "DEVICE_GET_IRQ_INFO", layout: irqInfo, ...irq });
}
