import type { Command } from "./command.js";
import type { Controller } from "./controller.js";
import { failure, type Outcome, success } from "./status.js";

/** Queues besides the admin queue, entries of a queue at most, and vectors. */
const limits = { queues: 64, entries: 2048, vectors: 65 } as const;

const CONTIGUOUS = 1;
const INTERRUPTS = 2;

export function createCompletion(controller: Controller, command: Command): Outcome {
  const { id, size } = queueOf(command);
  const flags = command.dword(11);
  const vector = flags >>> 16;
  if (id === 0 || id > limits.queues || controller.completions.has(id)) {
    return failure("QUEUE_ID_INVALID");
  }
  const refusal = refuseMemory(command, size);
  if (refusal !== undefined) return refusal;
  const most = controller.bus.msixEnabled ? limits.vectors : 1;
  if (vector >= most) return failure("INTERRUPT_VECTOR_INVALID");
  if ((flags & CONTIGUOUS) === 0) return failure("INVALID_FIELD");
  const interrupts = (flags & INTERRUPTS) !== 0;
  controller.addCompletionQueue({ id, address: command.prp1, size, interrupts, vector });
  return success;
}

export function createSubmission(controller: Controller, command: Command): Outcome {
  const { id, size } = queueOf(command);
  const flags = command.dword(11);
  const completions = controller.completions.get(flags >>> 16);
  if (completions === undefined || completions.id === 0) {
    return failure("COMPLETION_QUEUE_INVALID");
  }
  if (id === 0 || id > limits.queues || controller.submissions.has(id)) {
    return failure("QUEUE_ID_INVALID");
  }
  const refusal = refuseMemory(command, size);
  if (refusal !== undefined) return refusal;
  if ((flags & CONTIGUOUS) === 0) return failure("INVALID_FIELD");
  controller.addSubmissionQueue({ id, address: command.prp1, size, completions });
  return success;
}

export function deleteCompletion(controller: Controller, command: Command): Outcome {
  const { id } = queueOf(command);
  const queue = id === 0 ? undefined : controller.completions.get(id);
  if (queue === undefined) return failure("COMPLETION_QUEUE_INVALID");
  if (queue.users > 0) return failure("QUEUE_DELETION_INVALID");
  controller.removeCompletionQueue(queue);
  return success;
}

export function deleteSubmission(controller: Controller, command: Command): Outcome {
  const { id } = queueOf(command);
  const queue = id === 0 ? undefined : controller.submissions.get(id);
  if (queue === undefined) return failure("QUEUE_ID_INVALID");
  controller.removeSubmissionQueue(queue);
  return success;
}

function queueOf(command: Command): { id: number; size: number } {
  const word = command.dword(10);
  return { id: word & 0xffff, size: (word >>> 16) + 1 };
}

/** Two entries at least, and on a page of its own. */
function refuseMemory({ prp1 }: Command, size: number): Outcome | undefined {
  if (size < 2 || size > limits.entries) return failure("QUEUE_SIZE_INVALID");
  return prp1 % 4096 === 0 ? undefined : failure("PRP_OFFSET");
}
