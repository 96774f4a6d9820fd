import { describe, expect, it } from "vitest";
import { MTTY, machine, program } from "./bench.js";

describe("device.dmaLogging", () => {
  it("starts, reports nothing for mtty, stops", async () => {
    const { vfio } = await program(machine({ profile: "6.12" }));
    const { dmaLogging } = await vfio.openDevice(MTTY);
    expect(dmaLogging.supported).toBe(true);
    dmaLogging.start([{ iova: 0, size: 0x10000 }]);
    expect(() => dmaLogging.report(0, 0x10000)).toThrow(/EOPNOTSUPP/);
    dmaLogging.stop();
    for (const wrong of [[], new Array(257).fill({ iova: 0, size: 4096 })]) {
      expect(() => dmaLogging.start(wrong)).toThrow(RangeError);
    }
    expect(() => dmaLogging.start({} as never)).toThrow(TypeError);
    await vfio.close();
  });
});
