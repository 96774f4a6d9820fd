import { eduBuffer, type eduRegisters } from "../../simulator/drivers/edu/registers.js";
import type { Registers } from "../../vfio/registers.js";
import type { Vfio } from "../../vfio/vfio.js";
import { hex } from "../text/number.js";
import type { Stage } from "./stage.js";
import { waitFor } from "./wait-for.js";

/** The registers of an edu that is open. */
export type Edu = Registers<typeof eduRegisters>;

const SIZE = 4096;
/** In halves: QEMU gives up when a transfer touches the last byte of the device's buffer. */
const PART = SIZE / 2;
const THERE = 0x10_0000n;
const BACK = THERE + BigInt(SIZE);

/**
 * Copies 4 KiB of memory into the device and back to other memory, by the device's own DMA engine,
 * and compares.
 *
 * @returns how many bytes went both ways
 */
export async function copyThroughEdu(stage: Stage, vfio: Vfio, edu: Edu): Promise<number> {
  const { narrator } = stage;
  narrator.say(
    "For the device, memory has an address of its own (IOVA). It reaches what is mapped",
    "there, and nothing else: the IOMMU sees to that.",
  );
  const memory = vfio.allocate(2 * SIZE);
  const mapping = vfio.dma.map(memory, { iova: THERE });
  try {
    const source = memory.bytes.subarray(0, SIZE);
    const target = memory.bytes.subarray(SIZE, 2 * SIZE);
    for (let at = 0; at < SIZE; at++) source[at] = (at * 7 + (at >> 8)) & 0xff;
    const inside = BigInt(eduBuffer.address);
    for (let at = 0n; at < SIZE; at += BigInt(PART)) {
      await transfer(stage, edu, { from: THERE + at, to: inside, toMemory: false });
      await transfer(stage, edu, { from: inside, to: BACK + at, toMemory: true });
    }
    if (Buffer.compare(source, target) !== 0) throw new Error("DMA: the bytes came back different");
    narrator.fact("DMA", `${SIZE} bytes from IOVA ${hex(THERE)} into the device,`);
    narrator.fact("", `and back to IOVA ${hex(BACK)}: the same`);
    return SIZE;
  } finally {
    mapping.unmap();
    memory.free();
  }
}

async function transfer(
  { kernel, context }: Stage,
  edu: Edu,
  { from, to, toMemory }: { from: bigint; to: bigint; toMemory: boolean },
): Promise<void> {
  edu.dmaSource.write(from);
  edu.dmaDestination.write(to);
  edu.dmaCount.write(BigInt(PART));
  edu.dmaCommand.writeFields({ start: true, toMemory });
  const done = () => (edu.dmaCommand.fields.start.read() ? undefined : true);
  await waitFor(kernel, done, { what: "the transfer did not end", signal: context.signal });
}
