// Goal: an environment that ends (a worker that returns, throws, or is terminated in the middle; a
// process that exits) leaves no file, no mapping and no memory behind, and crashes nobody.

import { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import { describe, mappingsOf, openDescriptors, runProgram, temporaryFile } from "./host.js";

const library = new URL("../../dist/src/", import.meta.url).href;

/**
 * What a worker has open when it ends: a file twice, a mapping, memory, eventfds, a call underway.
 */
const OPENS = `
  import { workerData, parentPort } from "node:worker_threads";
  const { LinuxKernel } = await import(workerData.library + "linux/index.js");
  const kernel = new LinuxKernel();
  const fd = kernel.open(workerData.path, 2);
  kernel.dup(fd);
  const mapping = kernel.mmap(fd, { offset: 0, length: 4096 });
  const memories = Array.from({ length: 4 }, () => kernel.allocate(65536));
  const hold = kernel.hold(memories[0].address, 4096n);
  const moved = memories[1].bytes.buffer.transfer?.();
  kernel.allocate(4096, { protection: 0 });
  const eventfd = kernel.eventfd(1);
  const watch = kernel.watch(eventfd, () => {});
  const other = kernel.eventfd(0);
  kernel.watch(other, () => {}).ref();
  mapping.write32(0, mapping.read32(0) + 1);
  kernel.ioctlAsync(fd, 0x3b64, 0).catch(() => {});
  parentPort.postMessage("ready");
`;

/** How a worker ends after that. */
const endings = {
  returns: "kernel.close(other);",
  exits: "process.exit(0);",
  throws: 'throw new Error("on purpose");',
  "is terminated while it waits": "",
  "is terminated in a loop of accesses": "for (;;) mapping.write32(4, mapping.read32(4));",
  "is terminated in a loop of system calls":
    "for (;;) { kernel.close(kernel.dup(fd)); kernel.allocate(4096).free(); }",
  "is terminated in a loop of refused calls": "for (;;) try { kernel.dup(-1); } catch {}",
  "is terminated in a listener": `
    kernel.watch(kernel.eventfd(1), () => { for (;;); });`,
};

/** Runs a worker to its end; terminates it a little after it is ready if it does not end itself. */
async function runWorker(ending: string, terminate: boolean): Promise<void> {
  const path = temporaryFile(4096);
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(OPENS + ending)}`), {
    workerData: { library, path },
  });
  worker.on("error", () => {});
  const exited = new Promise((resolve) => worker.once("exit", resolve));
  const ready = new Promise((resolve) => worker.once("message", () => resolve("ready")));
  expect(await Promise.race([ready, exited.then(() => "ended too early")])).toBe("ready");
  if (terminate) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    await worker.terminate();
  }
  await exited;
  expect(mappingsOf(path)).toBe(0);
}

describe("a worker", () => {
  it.each(Object.entries(endings))("that %s leaves nothing behind", async (name, ending) => {
    await runWorker(ending, name.includes("terminated"));
    const before = { files: openDescriptors(), maps: mappingsOf("anon_inode") };
    for (let i = 0; i < 5; i++) await runWorker(ending, name.includes("terminated"));
    expect({ files: openDescriptors(), maps: mappingsOf("anon_inode") }).toEqual(before);
  });

  it("has its own files: another environment's are EBADF", async () => {
    const body = `
      import { workerData, parentPort } from "node:worker_threads";
      const { LinuxKernel } = await import(workerData.library + "linux/index.js");
      const kernel = new LinuxKernel();
      try { kernel.dup(workerData.fd); } catch (error) { parentPort.postMessage(error.code); }
      kernel.shutdown();
    `;
    const { LinuxKernel } = await import("../../src/linux/index.js");
    const kernel = new LinuxKernel();
    const fd = kernel.eventfd();
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(body)}`), {
      workerData: { library, fd },
    });
    expect(await new Promise((resolve) => worker.once("message", resolve))).toBe("EBADF");
    await worker.terminate();
    kernel.close(kernel.dup(fd));
    kernel.shutdown();
  });

  it("leaves addresses that a moved buffer brought to another thread usable", () => {
    const { status, stdout, stderr } = runProgram(`
      import { Worker, isMainThread } from "node:worker_threads";
      const body = ${JSON.stringify(`
        import { workerData, parentPort } from "node:worker_threads";
        const { LinuxKernel } = await import(workerData + "linux/index.js");
        const kernel = new LinuxKernel();
        const buffer = kernel.allocate(1 << 20).bytes.buffer;
        const moved = buffer.transfer?.() ?? new ArrayBuffer(1 << 20);
        parentPort.postMessage(moved, [moved]);
      `)};
      const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(body)), {
        workerData: ${JSON.stringify(library)},
      });
      let moved;
      worker.once("message", (buffer) => { moved = buffer; });
      worker.once("exit", () => {
        new Uint8Array(moved).fill(1);
        console.log(moved.byteLength);
      });
    `);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "1048576\n", stderr: "" });
  });
});

describe("a process", () => {
  const opens = (path: string) => `
    const kernel = new LinuxKernel();
    const fd = kernel.open(${JSON.stringify(path)}, OpenFlags.readWrite);
    const mapping = kernel.mmap(fd, { offset: 0, length: 4096 });
    const memory = kernel.allocate(65536);
    kernel.watch(kernel.eventfd(1), () => {});
    for (let i = 0; i < 20; i++) kernel.ioctlAsync(fd, 0x3b64, 0).catch(() => {});
  `;

  it.each([
    "",
    "process.exit(0)",
    "process.on('exit', () => mapping.write32(0, 1))",
    "kernel.shutdown()",
    "setTimeout(() => process.exit(0), 20)",
    "const keep = kernel.allocate(4096).bytes.buffer.transfer?.(); process.exit(0)",
  ])("ends cleanly with everything open: %s", (ending) => {
    const { status, stderr } = runProgram(opens(temporaryFile(4096)) + ending);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("still has WebAssembly's traps, which are faults too", () => {
    const { status, stdout } = runProgram(`
      const kernel = new LinuxKernel();
      kernel.mmap(kernel.open("/proc/self/exe", 0), { offset: 0, length: 4096, protection: 1 });
      // (module (memory 1) (func (export "load") (param i32) (result i32) local.get 0 i32.load))
      const bytes = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1,
        0, 5, 3, 1, 0, 1, 7, 8, 1, 4, 108, 111, 97, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 40, 2, 0, 11);
      const { load } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
      for (let i = 0; i < 1e5; i++) load(0);
      try { load(-1); } catch (error) { console.log(error.name); }
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "RuntimeError\n" });
  });

  it("dies of its own faults as before: ours is not the only handler", () => {
    const { signal } = runProgram(`
      const kernel = new LinuxKernel();
      kernel.mmap(kernel.open("/proc/self/exe", 0), { offset: 0, length: 4096, protection: 1 });
      process.kill(process.pid, "SIGSEGV");
      setTimeout(() => {}, 1000);
    `);
    expect(signal).toBe("SIGSEGV");
  });
});
