import { viewOf } from "../../../uapi/codec.js";
import { configBytes } from "../../pci/config-bytes.js";
import type { Command } from "./command.js";
import type { Controller } from "./controller.js";
import type { Namespace } from "./namespace.js";
import { failure, type Outcome } from "./status.js";

/** Bytes of every answer. */
const size = 4096;
const everyNamespace = 0xffffffff;
const mostNamespaces = 256;

/** What QEMU's controller says of itself, but for names and numbers. */
const controllerRows = {
  0: "36 1b f4 1a",
  72: "06 00 54 52 00 07 00 00 00 04 01 00",
  92: "00 01 00 00 00 80 00 00",
  111: "01",
  256: "0a 01 03 03 03 07 00 00 00 00 57 01 75 01",
  512: "66 44 00 00 00 01 00 00 5d 01 00 00 00 07 00 00",
  534: "03 00 01 00 01 00",
  2048: "c4 09 00 00 10 00 00 00 04 00 00 00",
};

/** Eight formats: blocks of 512 and 4096 bytes, with 0, 8, 16 and 64 bytes of metadata. */
const namespaceRows = {
  24: "14 07 00 03 1f",
  33: "01",
  68: "07 00 07 00",
  128: "00 00 09 00 08 00 09 00 10 00 09 00 40 00 09 00",
  144: "00 00 0c 00 08 00 0c 00 10 00 0c 00 40 00 0c 00",
};

/** The controller's own resources: all are private, none is to be given away. */
const primaryRows = { 4: "03", 40: "41 00 00 00 01", 72: "41 00 00 00 01" };

const nvmSetRows = { 0: "07 00 00 00 ff ff 3f" };
const commandSetRows = { 0: "05" };
/** A descriptor of the command set: NVM. */
const descriptorRows = { 0: "04 01" };

const zeros = () => new Uint8Array(size);

/** Identify: the bytes of an answer, or how it fails. */
export function identify(controller: Controller, command: Command): Uint8Array | Outcome {
  const { namespace: id } = command;
  switch (command.dword(10) & 0xff) {
    case 0x00:
    case 0x11:
      return withNamespace(controller, id, describeNamespace);
    case 0x01:
      return describeController(controller);
    case 0x02:
    case 0x10:
      return id >= 0xfffffffe ? failure("INVALID_NAMESPACE") : listNamespaces(controller, id);
    case 0x03:
      if (id !== 1 || controller.namespace === undefined) return failure("INVALID_FIELD");
      return configBytes(size, descriptorRows);
    case 0x05:
    case 0x1b:
      return withNamespace(controller, id, zeros);
    case 0x06:
      return configBytes(size, nvmSetRows);
    case 0x07:
    case 0x1a:
      return id >= 0xfffffffe ? failure("INVALID_NAMESPACE") : listNamespaces(controller, id);
    case 0x14:
      return configBytes(size, primaryRows);
    case 0x15:
      return zeros();
    case 0x1c:
      return configBytes(size, commandSetRows);
    default:
      return failure("INVALID_FIELD");
  }
}

/** The answer about a namespace; zeros for one that is not there but could be. */
function withNamespace(
  { namespace }: Controller,
  id: number,
  describe: (namespace: Namespace) => Uint8Array,
): Uint8Array | Outcome {
  if (id === 0 || id === everyNamespace || id > mostNamespaces) return failure("INVALID_NAMESPACE");
  return id === 1 && namespace !== undefined ? describe(namespace) : zeros();
}

function describeController({ serial }: Controller): Uint8Array {
  const bytes = configBytes(size, controllerRows);
  bytes.set(Buffer.from(serial.padEnd(20).slice(0, 20)), 4);
  bytes.set(Buffer.from("QEMU NVMe Ctrl".padEnd(40)), 24);
  bytes.set(Buffer.from("7.2.22".padEnd(8)), 64);
  bytes.set(Buffer.from(`nqn.2019-08.org.qemu:${serial}`), 768);
  return bytes;
}

function describeNamespace({ blocks }: Namespace): Uint8Array {
  const bytes = configBytes(size, namespaceRows);
  const view = viewOf(bytes);
  for (const at of [0, 8, 16]) view.setBigUint64(at, BigInt(blocks), true);
  return bytes;
}

/** Identifiers above the one that was named. */
function listNamespaces({ namespace }: Controller, above: number): Uint8Array {
  const bytes = zeros();
  if (namespace !== undefined && above < 1) bytes[0] = 1;
  return bytes;
}
