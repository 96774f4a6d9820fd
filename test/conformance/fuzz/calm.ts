import type { Kernel } from "../../../src/kernel.js";
import { CONFIG } from "../fixtures/uart.js";
import { withDevice } from "./with-device.js";

/** Raw bytes of edu's configuration space that the steps may write. */
export const rawConfig = [0x0c, 0x0d, 0x0f, 0x50, 0x51, 0xfc] as const;

/** edu keeps its registers over close and open: puts everything that steps change back. */
export function calm(kernel: Kernel, target: { name: string; node: string }): void {
  const zero = new Uint8Array(8);
  const word = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);
  withDevice(kernel, target, (device) => {
    kernel.pwrite(device, word(0xffffffff), 0x64);
    for (const register of [0x04, 0x20]) kernel.pwrite(device, word(0), register);
    for (const register of [0x80, 0x88, 0x90]) kernel.pwrite(device, word(0), register);
    for (const offset of rawConfig) kernel.pwrite(device, zero.subarray(0, 1), CONFIG + offset);
  });
}
