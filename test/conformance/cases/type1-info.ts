import type { ConformanceCase } from "../case.js";
import { emulated, hardware } from "../fixtures/index.js";
import { per } from "../trial/index.js";

/** IOMMU_GET_INFO: the struct, the capability chain, and how much of both is written. */
export const infoCases: readonly ConformanceCase[] = [
  {
    name: "iommu info: an emulated group",
    vectors: [54],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      const info = container.info().is(0);
      info.has({ flags: 3, iova_pgsizes: 0xffff_ffff_ffff_f000n, cap_offset: 24, argsz: 512 });
      info.holds(24, "0200 0100 38000000");
      info.holds(40, "0010000000000000 0000001000000000");
      info.holds(56, "0300 0100 00000000 ffff0000");
    },
  },
  {
    name: "iommu info: the ladder of argsz",
    vectors: [55],
    needs: ["mtty"],
    run(t) {
      const { container } = emulated(t);
      container.info(15).is("EINVAL").untouched();
      container.ioctl("IOMMU_GET_INFO", null).is("EFAULT");
      container.ioctl("IOMMU_GET_INFO", new Uint8Array(15)).is("EFAULT");
      const total = per(68, 72);
      const needed = per("44000000", "48000000");
      container.info(16).is(0).has({ argsz: total, flags: 3 }).holds(16, "a5a5a5a5");
      container.info(20).is(0).holds(0, needed).holds(16, "00000000 a5");
      container.info(21).is(0).holds(16, per("00000000 a5a5", "00000000 00a5"));
      container.info(24).is(0).holds(16, per("00000000 a5a5a5a5", "00000000 00000000"));
      for (let argsz = 0; argsz <= 80; argsz += 1) {
        const short = argsz < t.expected(total);
        const info = container.info(argsz).is(argsz < 16 ? "EINVAL" : 0);
        if (argsz >= 20) info.has({ cap_offset: short ? 0 : 24 });
      }
    },
  },
  {
    name: "iommu info: hardware",
    vectors: [56],
    needs: ["edu"],
    run(t) {
      const { container } = hardware(t);
      const info = container.info().is(0);
      info.has({ flags: 3, iova_pgsizes: 0x40201000n, cap_offset: 24 });
      info.holds(24, "0200 0100 38000000");
      info.holds(56, per("0300 0100 44000000 ffff0000", "0300 0100 48000000 ffff0000"));
      const ranges = "0000000000000000 ffffdffe00000000 0000f0fe00000000 ffffffff7f000000";
      const list = t.expected(per(68, 72));
      info.holds(list, `0100 0100 00000000 02000000 00000000 ${ranges}`);
      const total = t.expected(per(116, 120));
      container
        .info(total - 1)
        .is(0)
        .has({ argsz: total, cap_offset: 0 });
      container.info(total).is(0).has({ argsz: total, cap_offset: 24 });
    },
  },
];
