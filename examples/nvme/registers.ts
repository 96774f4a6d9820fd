import { bit, bits, ro32, ro64, rw32, rw64 } from "node-vfio";

/** Controller registers at the start of BAR 0. NVM Express 1.4, section 3.1 */
export const controllerRegisters = {
  capabilities: ro64(0x00, { timeout: bits(24, 31), doorbellStride: bits(32, 35) }),
  version: ro32(0x08, { minor: bits(8, 15), major: bits(16, 31) }),
  configuration: rw32(0x14, {
    enable: bit(0),
    submissionEntrySize: bits(16, 19),
    completionEntrySize: bits(20, 23),
  }),
  status: ro32(0x1c, { ready: bit(0), failed: bit(1) }),
  adminQueueSizes: rw32(0x24, { submission: bits(0, 11), completion: bits(16, 27) }),
  adminSubmissionQueue: rw64(0x28),
  adminCompletionQueue: rw64(0x30),
};

/** Bytes from BAR 0's start to the doorbells: two for each pair of queues, 4 << stride apart. */
export const doorbells = 0x1000;
