/**
 * The other process: makes the calls that it is asked to make on this machine's kernel, one line
 * for each, and answers each with a line. It ends when nobody asks any more.
 */

import { openSync } from "node:fs";
import { isVfioError } from "../../../src/errors.js";
import type { Memory } from "../../../src/kernel.js";
import { LinuxKernel } from "../../../src/linux/kernel.js";
import { Lines } from "./lines.js";
import { fromBase64, type RemoteAnswer, type RemoteRequest, toBase64 } from "./protocol.js";

const [requests = "", answers = ""] = process.argv.slice(2);
const lines = new Lines(openSync(requests, "r"), openSync(answers, "w"));
const kernel = new LinuxKernel();
const memories: Memory[] = [];

for (let request = lines.receive<RemoteRequest>(); request; request = lines.receive()) {
  if (request.call === "end") break;
  lines.send(attempt(request));
}
kernel.shutdown();

function attempt(request: RemoteRequest): RemoteAnswer {
  try {
    return perform(request);
  } catch (error) {
    if (isVfioError(error)) return { errno: -error.errno };
    return { failure: String(error) };
  }
}

function perform(request: RemoteRequest): RemoteAnswer {
  if (request.call === "end") return {};
  if (request.call === "eventfd") return { result: kernel.eventfd() };
  if (request.call === "allocate") {
    const { length, protection } = request;
    const memory = kernel.allocate(length, { protection });
    memories.push(memory);
    return { result: memory.length, address: memory.address.toString() };
  }
  const { call, fd, path = "", number = 0, value } = request;
  if (call === "open") return { result: kernel.open(path, number) };
  if (call === "dup") return { result: kernel.dup(fd) };
  if (call === "close") {
    kernel.close(fd);
    return { result: 0 };
  }
  if (value !== undefined) return { result: kernel.unsafeIoctl(fd, number, BigInt(value)) };
  const bytes = fromBase64(request.bytes);
  const result =
    call === "unsafeIoctl"
      ? kernel.unsafeIoctl(fd, number, bytes)
      : call === "read" || call === "write"
        ? kernel[call](fd, bytes)
        : kernel[call](fd, bytes, number);
  return { result, bytes: toBase64(bytes) };
}
