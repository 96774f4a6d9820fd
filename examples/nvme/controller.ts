import { setTimeout as sleep } from "node:timers/promises";
import { type Device, pci, type Vfio } from "node-vfio";
import { QueuePair } from "./queue-pair.js";
import { controllerRegisters } from "./registers.js";

/** Resets a controller and starts it with a pair of admin queues, then adds one for blocks. */
export async function startController(vfio: Vfio, device: Device) {
  const bar = device.region(pci.BAR0);
  const registers = bar.registers(controllerRegisters);
  const { timeout, doorbellStride } = registers.capabilities.readFields();

  async function becomes(ready: boolean): Promise<void> {
    const deadline = Date.now() + timeout * 500;
    while (registers.status.fields.ready.read() !== ready) {
      if (registers.status.fields.failed.read()) throw new Error("the controller has failed");
      if (Date.now() > deadline) throw new Error(`ready is not ${ready} after ${timeout / 2} s`);
      await sleep(1);
    }
  }

  registers.configuration.update({ enable: false });
  await becomes(false);

  device.config.command.update({ busMaster: true });
  const interrupts = device.interrupts.msix.enable(2);
  const admin = new QueuePair(vfio, { id: 0, bar, doorbellStride, interrupts });
  const last = admin.entries - 1;
  registers.adminQueueSizes.writeFields({ submission: last, completion: last });
  registers.adminSubmissionQueue.write(admin.submission);
  registers.adminCompletionQueue.write(admin.completion);
  registers.configuration.writeFields({
    enable: true,
    submissionEntrySize: 6, // 2 to the 6th bytes
    completionEntrySize: 4,
  });
  await becomes(true);

  const io = new QueuePair(vfio, { id: 1, bar, doorbellStride, interrupts });
  const idAndSize = 1 | (last << 16);
  const contiguous = 1;
  const interrupt = 2 | (1 << 16); // enabled, on vector 1
  const answers = { opcode: 5, data: io.completion, words: [idAndSize, contiguous | interrupt] };
  const commands = { opcode: 1, data: io.submission, words: [idAndSize, contiguous | (1 << 16)] };
  await admin.execute({ opcode: 9, words: [7, 0] }); // one pair of queues, please
  await admin.execute(answers);
  await admin.execute(commands);

  const { major, minor } = registers.version.readFields();
  return { admin, io, version: `${major}.${minor}` };
}
