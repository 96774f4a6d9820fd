import { type Fields, type Struct, structs } from "../../../src/uapi/index.js";
import type { ConformanceCase } from "../case.js";
import {
  emulated,
  getDirtyBitmap,
  hotReset,
  openMdev,
  openPci,
  pci,
  plane,
} from "../fixtures/index.js";
import type { Expected, FieldValues, Request, TracedFile, Value } from "../trial/index.js";

/** Each flag bit that the kernel does not know, alone and beside the known ones. */
function unknownBits<F extends Fields>(
  file: TracedFile,
  request: Request,
  layout: Struct<F>,
  {
    known,
    values,
    gives = "EINVAL",
  }: {
    known: number;
    values: FieldValues<F>;
    gives?: Expected<Value>;
  },
): void {
  for (const bit of bits()) {
    if ((known & bit) !== 0) continue;
    for (const flags of [bit, (bit | known) >>> 0]) {
      file
        .call(request, layout, { ...values, flags })
        .is(gives)
        .untouched();
    }
  }
}

function* bits(): Generator<number> {
  for (let bit = 0; bit < 32; bit += 1) yield (1 << bit) >>> 0;
}

/** Flags that no kernel knows. */
export const flagCases: readonly ConformanceCase[] = [
  {
    name: "flags: MAP_DMA and UNMAP_DMA",
    vectors: [34, 43],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const m = t.memory(0x1000, "m");
      const range = { iova: 0, size: 0x1000 };
      const { iommuType1DmaMap, iommuType1DmaUnmap } = structs;
      const map = { known: 7, values: { vaddr: m.at(), ...range } };
      unknownBits(container, "IOMMU_MAP_DMA", iommuType1DmaMap, map);
      unknownBits(container, "IOMMU_UNMAP_DMA", iommuType1DmaUnmap, { known: 7, values: range });
      container.unmap(2, 0, 0).is(0).has({ size: 0n });
    },
  },
  {
    name: "flags: DIRTY_PAGES",
    vectors: [57],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const { iommuType1DirtyBitmap } = structs;
      const plain = { known: 7, values: {} };
      unknownBits(container, "IOMMU_DIRTY_PAGES", iommuType1DirtyBitmap, plain);
      const range = { iova: 0, size: 0x1000, pgsize: 0x1000, bitmap_size: 8 };
      unknownBits(container, "IOMMU_DIRTY_PAGES", getDirtyBitmap, { known: 7, values: range });
    },
  },
  {
    name: "flags: info requests overwrite them",
    vectors: [7, 93, 141],
    needs: ["edu"],
    run(t) {
      const { device, group, container } = openPci(t);
      const { groupStatus, deviceInfo, regionInfo, irqInfo, iommuType1Info } = structs;
      for (const flags of bits()) {
        group.call("GROUP_GET_STATUS", groupStatus, { flags }).is(0).has({ flags: 3 });
        device.call("DEVICE_GET_INFO", deviceInfo, { flags }).is(0).has({ flags: 2 });
        device.call("DEVICE_GET_REGION_INFO", regionInfo, { flags }).is(0).has({ flags: 7 });
        device.call("DEVICE_GET_IRQ_INFO", irqInfo, { flags }).is(0).has({ flags: 7 });
        container.call("IOMMU_GET_INFO", iommuType1Info, { flags }).is(0).has({ flags: 3 });
      }
    },
  },
  {
    name: "flags: SET_IRQS, every word of one data type and one action",
    vectors: [112, 160],
    needs: ["edu"],
    run(t) {
      const { device, container } = openPci(t);
      for (const data of [1, 2, 4]) {
        for (let actions = 0; actions < 64; actions += 8) {
          const values = data === 1 ? [] : [data === 2 ? 0 : container];
          const outcome = device.irq(`${data | actions}`, 4, 0, 1, ...values);
          const triggers = data === 2 ? 0 : "EINVAL";
          outcome.is(actions === 0x20 ? triggers : "ENOTTY");
        }
      }
      for (const data of [0, 3, 5, 6, 7]) device.irq(`${data | 0x20}`, 4, 0, 1, 0).is("EINVAL");
    },
  },
  {
    name: "flags: IOEVENTFD",
    vectors: [180],
    needs: ["edu"],
    run(t) {
      const { device } = openPci(t);
      const values = { offset: 4, data: 0, fd: -1 };
      unknownBits(device, "DEVICE_IOEVENTFD", structs.deviceIoeventfd, { known: 15, values });
    },
  },
  {
    name: "flags: PCI_HOT_RESET",
    vectors: [179],
    needs: ["bridge"],
    run(t) {
      pci(t, "bridgeB");
      const { device, group } = openPci(t, "bridgeA");
      for (const flags of bits()) hotReset(device, [group], { flags }).is("EINVAL");
    },
  },
  {
    name: "flags: QUERY_GFX_PLANE",
    vectors: [131, 136],
    needs: ["mdpy"],
    run(t) {
      const shown = openMdev(t, "PY").device;
      for (const bit of bits()) {
        if (bit === 4) continue;
        plane(shown, bit).is("EINVAL").untouched();
        plane(shown, (bit | 4) >>> 0)
          .is(bit === 1 ? 0 : "EINVAL")
          .untouched();
      }
    },
  },
  {
    name: "flags: QUERY_GFX_PLANE of mbochs",
    vectors: [136],
    needs: ["mbochs"],
    run(t) {
      const { device } = openMdev(t, "BO");
      for (const bit of bits()) {
        if (bit === 2) continue;
        plane(device, bit).is("EINVAL").untouched();
        plane(device, (bit | 2) >>> 0)
          .is(bit === 1 ? 0 : "EINVAL")
          .untouched();
      }
    },
  },
];
