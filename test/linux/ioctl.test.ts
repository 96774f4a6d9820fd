// Goal: an ioctl's bytes reach the kernel exactly as long as they are: it can neither read nor
// write past them. Requests that are not VFIO's pass only by the unsafe entry, where a terminal
// stands in for a device.

import { expect, it } from "vitest";
import { OpenFlags } from "../../src/kernel.js";
import { FRAME_DATA } from "../../src/linux/frame.js";
import { Vfio } from "../../src/uapi/requests.js";
import { describe, openTemporary, testKernel } from "./host.js";

// asm-generic/ioctls.h
const TCGETS = 0x5401;
const FIONREAD = 0x541b;
const TIOCGPTN = 0x80045430;

/** sizeof(struct termios) in the kernel: what TCGETS writes. */
const TERMIOS = 36;

const code = (name: string) => expect.objectContaining({ name: "VfioError", code: name });

function openTerminal() {
  const kernel = testKernel();
  return { kernel, fd: kernel.open("/dev/ptmx", OpenFlags.readWrite) };
}

describe("bytes", () => {
  it("are written in place", () => {
    const { kernel, fd } = openTerminal();
    const bytes = new Uint8Array(TERMIOS).fill(0xee);
    expect(kernel.unsafeIoctl(fd, TCGETS, bytes)).toBe(0);
    expect(bytes.some((byte) => byte !== 0xee)).toBe(true);
    const count = new Uint8Array(4).fill(0xff);
    kernel.unsafeIoctl(openTemporary(kernel, 1234), FIONREAD, count);
    expect(new DataView(count.buffer).getInt32(0, true)).toBe(1234);
  });

  it.each([0, 1, 4, 35])("that are too few, %d, are EFAULT", (length) => {
    const { kernel, fd } = openTerminal();
    expect(() => kernel.unsafeIoctl(fd, TCGETS, new Uint8Array(length))).toThrow(code("EFAULT"));
  });

  it.each([37, 1000, FRAME_DATA - 1, FRAME_DATA, FRAME_DATA + 1, 70_000])(
    "of which the kernel wants a part of %d",
    (length) => {
      const { kernel, fd } = openTerminal();
      const bytes = new Uint8Array(length).fill(0xee);
      expect(kernel.unsafeIoctl(fd, TCGETS, bytes)).toBe(0);
      expect(bytes.subarray(0, TERMIOS).some((byte) => byte !== 0xee)).toBe(true);
      expect(bytes.subarray(TERMIOS).every((byte) => byte === 0xee)).toBe(true);
    },
  );

  it("may be part of a larger array, which is not touched", () => {
    const { kernel, fd } = openTerminal();
    const whole = new Uint8Array(12).fill(0xee);
    kernel.unsafeIoctl(fd, TIOCGPTN, whole.subarray(4, 8));
    expect([...whole.subarray(0, 4), ...whole.subarray(8)]).toEqual(Array(8).fill(0xee));
    expect(whole[7]).toBe(0);
  });
});

describe("asynchronously", () => {
  it("the bytes come back when it settles", async () => {
    const { kernel, fd } = openTerminal();
    const bytes = new Uint8Array(TERMIOS).fill(0xee);
    await expect(kernel.ioctlAsync(fd, Vfio.DEVICE_GET_INFO, bytes)).rejects.toThrow(
      expect.objectContaining({ code: "ENOTTY", request: "VFIO_DEVICE_GET_INFO" }),
    );
    expect(bytes.every((byte) => byte === 0xee)).toBe(true);
    await expect(kernel.ioctlAsync(fd, TCGETS, bytes)).rejects.toThrow(code("ENOTTY"));
    await expect(kernel.ioctlAsync(99, 0x3b64, 0)).rejects.toThrow(code("EBADF"));
  });

  it("a descriptor that is closed meanwhile stays open until it has settled", async () => {
    const { kernel, fd } = openTerminal();
    const calls = Array.from({ length: 16 }, () =>
      kernel.ioctlAsync(fd, Vfio.GET_API_VERSION, 0).catch((error) => error.code),
    );
    kernel.close(fd);
    expect(() => kernel.dup(fd)).toThrow(code("EBADF"));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(["ENOTTY"]));
  });
});

describe("the checked entry", () => {
  it("does not pass a request that is not VFIO's", () => {
    const { kernel, fd } = openTerminal();
    const bytes = new Uint8Array(TERMIOS);
    expect(() => kernel.ioctl(fd, TCGETS, bytes)).toThrow(code("ENOTTY"));
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it("does not pass an address where a struct belongs", () => {
    const { kernel, fd } = openTerminal();
    const memory = kernel.allocate(4096);
    expect(() => kernel.ioctl(fd, Vfio.IOMMU_GET_INFO, memory.address)).toThrow(code("EFAULT"));
    expect(() => kernel.ioctl(fd, Vfio.IOMMU_GET_INFO, 0)).toThrow(code("ENOTTY"));
  });

  it("names the request and the file in the error", () => {
    const { kernel, fd } = openTerminal();
    expect(() => kernel.ioctl(fd, Vfio.DEVICE_RESET, 0)).toThrow(
      "ENOTTY: inappropriate ioctl for device, ioctl VFIO_DEVICE_RESET '/dev/ptmx'",
    );
  });

  it("does not follow a pointer to memory that is not ours, or no longer", () => {
    const { kernel, fd } = openTerminal();
    const memory = kernel.allocate(8192);
    // A terminal refuses every one of them, if it is asked at all.
    const map = (vaddr: bigint, size: bigint) => () =>
      kernel.ioctl(fd, Vfio.IOMMU_MAP_DMA, struct([32, 3], [vaddr, 0n, size]));
    expect(map(memory.address, 8192n)).toThrow(code("ENOTTY"));
    expect(map(memory.address + 4096n, 4096n)).toThrow(code("ENOTTY"));
    expect(map(memory.address + 4096n, 8192n)).toThrow(code("EFAULT"));
    expect(map(memory.address, 2n ** 64n - 1n)).toThrow(code("EFAULT"));
    expect(map(0x1000n, 4096n)).toThrow(code("EFAULT"));
    memory.free();
    expect(map(memory.address, 8192n)).toThrow(code("EFAULT"));
  });

  it.each<[string, number, (pointer: bigint, bytes: bigint) => Uint8Array]>([
    ["UNMAP_DMA's bitmap", Vfio.IOMMU_UNMAP_DMA, (p, n) => struct([48, 1], [0n, 0n, 4096n, n, p])],
    [
      "DIRTY_PAGES' bitmap",
      Vfio.IOMMU_DIRTY_PAGES,
      (p, n) => struct([48, 4], [0n, 0n, 4096n, n, p]),
    ],
    [
      "the ranges of DMA_LOGGING_START",
      Vfio.DEVICE_FEATURE,
      (p, n) => struct([32, 0x20006], [4096n, n / 16n, p]),
    ],
    [
      "the bitmap of DMA_LOGGING_REPORT",
      Vfio.DEVICE_FEATURE,
      (p, n) => struct([40, 0x10008], [0n, n * 8n * 4096n, 4096n, p]),
    ],
  ])("looks at %s", (_, request, make) => {
    const { kernel, fd } = openTerminal();
    const memory = kernel.allocate(4096);
    const call = (pointer: bigint, bytes: bigint) => () =>
      kernel.ioctl(fd, request, make(pointer, bytes));
    expect(call(memory.address, 4096n)).toThrow(code("ENOTTY"));
    expect(call(memory.address + 4032n, 64n)).toThrow(code("ENOTTY"));
    expect(call(memory.address + 4032n, 128n)).toThrow(code("EFAULT"));
    expect(call(0x1000n, 64n)).toThrow(code("EFAULT"));
    expect(call(2n ** 64n - 64n, 128n)).toThrow(code("EFAULT"));
  });

  it("does not mind a struct that is too short to hold its pointer: the kernel says so", () => {
    const { kernel, fd } = openTerminal();
    for (const length of [0, 4, 8, 24, 31]) {
      expect(() => kernel.ioctl(fd, Vfio.IOMMU_MAP_DMA, new Uint8Array(length))).toThrow(
        code("ENOTTY"),
      );
    }
  });
});

/** A struct of two 32-bit numbers and then 64-bit ones. */
function struct(words: [number, number], wides: bigint[]): Uint8Array {
  const bytes = new Uint8Array(8 + 8 * wides.length);
  const view = new DataView(bytes.buffer);
  words.forEach((word, at) => {
    view.setUint32(4 * at, word, true);
  });
  wides.forEach((wide, at) => {
    view.setBigUint64(8 + 8 * at, wide, true);
  });
  return bytes;
}

describe("arguments", () => {
  it("are checked before anything happens", () => {
    const { kernel, fd } = openTerminal();
    for (const argument of [null, undefined, {}, [1], true, new Uint16Array(4)]) {
      expect(() => kernel.ioctl(fd, 0x3b64, argument as never)).toThrow(TypeError);
    }
    expect(() => kernel.ioctl(fd, 0x3b64, 0.5)).toThrow(RangeError);
    expect(() => kernel.ioctl(fd, 0x3b64, 2n ** 64n)).toThrow(RangeError);
    expect(() => kernel.ioctl(fd, 2 ** 32, 0)).toThrow(RangeError);
    expect(() => kernel.ioctl(fd, "x" as never, 0)).toThrow(TypeError);
  });
});
