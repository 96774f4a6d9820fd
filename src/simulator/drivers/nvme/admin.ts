import type { Command } from "./command.js";
import { type Controller, mostEventRequests } from "./controller.js";
import { scatter, segmentsOf } from "./data-pointer.js";
import { identify } from "./identify.js";
import { logPage } from "./logs.js";
import {
  createCompletion,
  createSubmission,
  deleteCompletion,
  deleteSubmission,
} from "./queue-commands.js";
import { failure, type Outcome, success } from "./status.js";

type Rule = (controller: Controller, command: Command) => Outcome | undefined;

/** Admin commands by opcode. Undefined: the command waits for an event. */
const rules: Readonly<Record<number, Rule>> = {
  0: deleteSubmission,
  1: createSubmission,
  2: (controller, command) => {
    const length = 4 * (((command.dword(10) >>> 16) | ((command.dword(11) & 0xffff) << 16)) + 1);
    const offset = command.dword(12) + command.dword(13) * 2 ** 32;
    const page = logPage(controller, command.dword(10) & 0xff);
    if (page === undefined || offset >= page.length || offset % 4 !== 0) {
      return failure("INVALID_FIELD");
    }
    return answer(controller, command, page.subarray(offset, offset + length));
  },
  4: deleteCompletion,
  5: createCompletion,
  6: (controller, command) => {
    const bytes = identify(controller, command);
    return bytes instanceof Uint8Array ? answer(controller, command, bytes) : bytes;
  },
  // Commands are done as soon as they are seen: there is never one left to abort.
  8: () => ({ status: 0, result: 1 }),
  9: ({ features, namespace }, command) => features.set(command, namespace === undefined ? 0 : 1),
  10: ({ features, namespace }, command) => features.get(command, namespace === undefined ? 0 : 1),
  12: ({ eventRequests }) =>
    eventRequests.length >= mostEventRequests ? failure("TOO_MANY_EVENT_REQUESTS") : undefined,
  28: () => failure("INVALID_FIELD"),
  124: ({ doorbells }, { prp1, prp2 }) => {
    if (prp1 % 4096 !== 0 || prp2 % 4096 !== 0) return failure("INVALID_FIELD");
    doorbells.enable(prp1, prp2);
    return success;
  },
  128: ({ namespace }, command) => {
    const all = command.namespace === 0xffffffff;
    if (!all && command.namespace !== 1) return failure("INVALID_NAMESPACE");
    namespace?.zero(0, namespace.size);
    return success;
  },
};

/** Carries out an admin command. */
export function adminCommand(controller: Controller, command: Command): Outcome | undefined {
  if (command.dataPointer !== 0 || command.fused !== 0) return failure("INVALID_FIELD");
  return (rules[command.opcode] ?? (() => failure("INVALID_OPCODE")))(controller, command);
}

function answer(controller: Controller, command: Command, bytes: Uint8Array): Outcome {
  const segments = segmentsOf(controller.bus, command, bytes.length, controller.pageSize);
  if (!Array.isArray(segments)) return segments;
  scatter(controller.bus, segments, bytes);
  return success;
}
