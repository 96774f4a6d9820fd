// Goal: every count that is written to an eventfd reaches its listener, on the loop of the thread
// that listens, and a listener keeps nobody alive who did not ask for it.

import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Fd } from "../../src/kernel.js";
import type { LinuxKernel } from "../../src/linux/index.js";
import { describe, runProgram, testKernel } from "./host.js";

function signal(kernel: LinuxKernel, fd: Fd, count = 1n): void {
  kernel.write(fd, new Uint8Array(BigUint64Array.of(count).buffer));
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(1);
}

describe("an eventfd", () => {
  it("starts with its count and is read once", () => {
    const kernel = testKernel();
    const fd = kernel.eventfd(3);
    const count = new Uint8Array(8);
    expect(kernel.read(fd, count)).toBe(8);
    expect(new BigUint64Array(count.buffer)[0]).toBe(3n);
    expect(() => kernel.read(fd, count)).toThrow(expect.objectContaining({ code: "EAGAIN" }));
    expect(() => kernel.eventfd(-1)).toThrow(RangeError);
    expect(() => kernel.eventfd(2 ** 32)).toThrow(RangeError);
    expect(() => kernel.eventfd("1" as never)).toThrow(TypeError);
  });
});

describe("a watch", () => {
  it("loses no count", async () => {
    const kernel = testKernel();
    const fd = kernel.eventfd(2);
    let seen = 0;
    const watch = kernel.watch(fd, (count) => {
      seen += count;
    });
    watch.ref();
    for (let i = 0; i < 1000; i++) {
      signal(kernel, fd);
      if (i % 100 === 0) await sleep(0);
    }
    signal(kernel, fd, 1n << 40n);
    await until(() => seen === 1002 + 2 ** 40);
    watch.close();
  });

  it("calls no more once it is closed, even from within its own call", async () => {
    const kernel = testKernel();
    const fd = kernel.eventfd();
    let calls = 0;
    const watch = kernel.watch(fd, () => {
      calls++;
      watch.close();
      watch.close();
      watch.ref();
    });
    signal(kernel, fd);
    await until(() => calls === 1);
    signal(kernel, fd);
    await sleep(20);
    expect(calls).toBe(1);
    const again = kernel.watch(fd, () => calls++);
    await until(() => calls === 2);
    again.close();
  });

  it("ends with its descriptor; the number may become another file", async () => {
    const kernel = testKernel();
    const fd = kernel.eventfd();
    let calls = 0;
    kernel.watch(fd, () => calls++);
    kernel.close(fd);
    const next = kernel.eventfd(1);
    expect(next).toBe(fd);
    await sleep(20);
    expect(calls).toBe(0);
    const other = kernel.eventfd();
    kernel.watch(other, () => kernel.close(other));
    signal(kernel, other);
    await sleep(20);
    expect(() => kernel.dup(other)).toThrow(expect.objectContaining({ code: "EBADF" }));
  });

  it("is one for each descriptor", () => {
    const kernel = testKernel();
    const fd = kernel.eventfd();
    kernel.watch(fd, () => {});
    expect(() => kernel.watch(fd, () => {})).toThrow(
      expect.objectContaining({ code: "EEXIST", syscall: "epoll_ctl" }),
    );
    expect(() => kernel.watch(kernel.dup(fd), () => {})).not.toThrow();
    expect(() => kernel.watch(fd, "no function" as never)).toThrow(TypeError);
  });

  it("runs promises before the next thing happens", async () => {
    const kernel = testKernel();
    const order: string[] = [];
    const fds = [kernel.eventfd(1), kernel.eventfd(1)];
    for (const fd of fds) {
      kernel.watch(fd, () => {
        order.push("call");
        Promise.resolve().then(() => order.push("promise"));
      });
    }
    await until(() => order.length === 4);
    expect(order).toEqual(["call", "promise", "call", "promise"]);
  });
});

describe("a process", () => {
  it("ends though it listens, unless the watch is ref'd", () => {
    const body = (ref: string) => `
      const kernel = new LinuxKernel();
      const fd = kernel.eventfd();
      const watch = kernel.watch(fd, () => { console.log("heard"); watch.unref(); });
      ${ref}
      const one = new Uint8Array(new BigUint64Array([1n]).buffer);
      setTimeout(() => kernel.write(fd, one), 50).unref();
    `;
    expect(runProgram(body(""))).toMatchObject({ status: 0, stdout: "" });
    expect(runProgram(body("watch.ref()"))).toMatchObject({ status: 0, stdout: "heard\n" });
  });

  it("hears of an error in a listener as of any other", () => {
    const { status, stdout } = runProgram(`
      const kernel = new LinuxKernel();
      process.on("uncaughtException", (error) => console.log("caught", error.message));
      const watch = kernel.watch(kernel.eventfd(1), () => {
        watch.unref();
        throw new Error("mine");
      });
      watch.ref();
    `);
    expect({ status, stdout }).toEqual({ status: 0, stdout: "caught mine\n" });
  });
});
