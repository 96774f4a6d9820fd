// Goal: whatever JavaScript passes, a public method works, or throws a TypeError, a RangeError, a
// VfioError or one of the two errors of state; and nothing is left open afterwards.

import fc from "fast-check";
import { expect, it } from "vitest";
import { BusyError, ClosedError, isVfioError, pci, Vfio } from "../../src/index.js";
import { simulateBound } from "../../src/vfio/simulate.js";

const ADDRESS = "0000:03:00.0";

/** Not to be called by chance: they end what the others need, or take any request as it is. */
const spared = new Set([
  ...["constructor", "close", "closeSync", "unsafeIoctl", "setIommu"],
  // Marked @internal: the objects' own business among themselves.
  ...["update", "invalidate", "rangesChanged", "forget", "gone", "groupsChanged", "smallestPage"],
  ...["openDeviceSteps", "unmapAll", "release", "assertOpen", "attachTo", "detachFrom"],
]);

const junk = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -2, max: 8 }) },
  fc.constantFrom(Number.NaN, -0, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 60, -(2 ** 40), Infinity),
  fc.constantFrom(0n, -1n, 4096n, 2n ** 63n, 2n ** 64n - 4096n, 2n ** 64n),
  fc.constantFrom("", "x", ADDRESS, "running", "region", "\0", "a".repeat(5000)),
  fc.constantFrom(null, undefined, true, [], {}, () => {}, Symbol.iterator),
  fc.constantFrom(new Uint8Array(4), new Uint8Array(0), [1, 2], [{ iova: 0, size: 4096 }]),
  fc.record({ offset: fc.integer({ min: -1, max: 9000 }), length: fc.nat(9000) }),
  fc.record({ iova: fc.bigInt({ min: -1n, max: 2n ** 64n }), below: fc.nat() }),
  fc.record({ index: fc.nat(6), action: fc.constantFrom("mask", "trigger", 5), count: fc.nat(3) }),
  fc.record({
    eventfds: fc.array(fc.integer({ min: -2, max: 40 }), { maxLength: 3 }),
    index: fc.nat(6),
  }),
  fc.record({ offset: fc.integer({ min: -4, max: 64 }), width: fc.nat(9), value: fc.nat() }),
);

function expected(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ClosedError ||
    error instanceof BusyError ||
    isVfioError(error)
  );
}

async function objects() {
  const machine = simulateBound({ clock: "manual", profile: "6.12" });
  const kernel = machine.process();
  const vfio = await Vfio.open({ kernel });
  const device = await vfio.openDevice(ADDRESS, { watchRequest: false });
  const memory = vfio.allocate(4096);
  const mapping = vfio.dma.map(memory);
  const registers = device.region(pci.CONFIG).registers({});
  const targets: object[] = [
    ...[vfio, vfio.container, vfio.dma, vfio.container.dirtyPages, mapping, memory],
    ...[device.group, device, device.config, device.config.command, registers],
    ...[device.region(pci.BAR0), device.region(pci.CONFIG), device.region(pci.ROM)],
    ...[device.interrupts, device.interrupts.msix, device.interrupts.intx],
    ...[device.features, device.migration, device.lowPower, device.dmaLogging, device.display],
  ];
  return { vfio, kernel, targets };
}

function methods(target: object): string[] {
  const prototype = Object.getPrototypeOf(target);
  return Object.getOwnPropertyNames(prototype).filter((name) => {
    const { value } = Object.getOwnPropertyDescriptor(prototype, name) ?? {};
    return typeof value === "function" && !spared.has(name);
  });
}

it("survives any arguments", { timeout: 120_000 }, async () => {
  const { vfio, kernel, targets } = await objects();
  const calls = targets.flatMap((target) => methods(target).map((name) => ({ target, name })));
  expect(calls.length).toBeGreaterThan(80);
  const call = fc.record({ at: fc.nat(calls.length - 1), args: fc.array(junk, { maxLength: 3 }) });
  await fc.assert(
    fc.asyncProperty(call, async ({ at, args }) => {
      const { target, name } = calls[at] as (typeof calls)[number];
      try {
        const result = (target as Record<string, (...args: unknown[]) => unknown>)[name]?.(...args);
        await result;
      } catch (error) {
        if (!expected(error)) {
          throw new Error(`${target.constructor.name}.${name}: ${String(error)}`, { cause: error });
        }
      }
    }),
    { numRuns: 4000 },
  );
  await vfio.close();
  expect([...kernel.process.files.entries()]).toEqual([]);
});
