import { describe, expect, it } from "vitest";
import { pciBars } from "../../src/vfio/pci-bars.js";
import { pciCapabilities, pciExtendedCapabilities } from "../../src/vfio/pci-capability.js";
import { pciBytes } from "../../src/vfio/pci-reader.js";

/** Configuration space with these bytes at these offsets. */
function space(size: number, parts: Record<number, number[]>) {
  const bytes = new Uint8Array(size);
  for (const [offset, values] of Object.entries(parts)) bytes.set(values, Number(offset));
  return pciBytes(bytes);
}

const listed = { 6: [0x10, 0], 52: [0x40] };

describe("capabilities of configuration space", () => {
  it("decodes what it knows: MSI, MSI-X, PCI Express, power management, vendor", () => {
    const config = space(0x100, {
      ...listed,
      64: [0x11, 0x50, 0x40, 0x80, 0x00, 0x20, 0, 0, 0x00, 0x30, 0, 0],
      80: [0x01, 0x58, 0x03, 0, 0x0b, 0],
      88: [0x05, 0x70, 0x8a, 0x01],
      112: [0x10, 0xb0, 0x02, 0, 0, 0, 0, 0x10, 0x20, 0x50],
      130: [0x11, 0],
      176: [0x09, 0, 0x0c],
    });
    const [msix, pm, msi, express, vendor] = pciCapabilities(config);
    expect(msix).toEqual({
      kind: "msix",
      id: 0x11,
      name: "msix",
      offset: 0x40,
      enabled: true,
      masked: false,
      vectors: 65,
      table: { bar: 0, offset: 0x2000, size: 65 * 16 },
      pendingBits: { bar: 0, offset: 0x3000 },
    });
    expect(pm).toMatchObject({ kind: "pm", version: 3, powerState: 3, noSoftReset: true });
    expect(msi).toMatchObject({ kind: "msi", vectors: 32, address64: true, enabled: false });
    expect(msi).toMatchObject({ perVectorMasking: true });
    expect(express).toMatchObject({ kind: "express", version: 2, functionReset: true });
    expect(express).toMatchObject({ maxPayload: 256, maxReadRequest: 4096 });
    expect(express).toMatchObject({ link: { width: 1, speed: 1 } });
    expect(vendor).toMatchObject({ kind: "vendor", length: 12 });
  });

  it("names what it does not decode", () => {
    const [vpd, odd] = pciCapabilities(space(0x100, { ...listed, 64: [3, 0x60], 96: [0x7f, 0] }));
    expect(vpd).toEqual({ kind: "other", id: 3, name: "vpd", offset: 0x40 });
    expect(odd).toEqual({ kind: "other", id: 0x7f, name: "unknown", offset: 0x60 });
  });

  it("ends where the list loops, leaves the space or is not there", () => {
    expect([...pciCapabilities(space(0x100, { ...listed, 64: [3, 0x40] }))]).toHaveLength(1);
    expect([...pciCapabilities(space(0x100, { ...listed, 64: [3, 0x10] }))]).toHaveLength(1);
    expect([...pciCapabilities(space(0x40, listed))]).toHaveLength(0);
    expect([...pciCapabilities(space(0x100, { 52: [0x40], 64: [3, 0] }))]).toHaveLength(0);
  });

  it("walks the extended list and skips one that VFIO hides at its head", () => {
    const config = space(0x1000, {
      256: [0, 0, 0x01, 0x14],
      320: [0x01, 0, 0x02, 0x18, 1, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 8, 0, 0, 0, 16],
      384: [0x10, 0, 0x01, 0x1c, 0, 0, 0, 0, 1, 0, 0, 0, 4, 0, 4, 0, 2, 0, 0, 0, 3, 0, 1, 0],
      448: [0x03, 0, 0x01, 0x00, 1, 2, 3, 4, 5, 6, 7, 8],
    });
    const [aer, sriov, serial, ...rest] = pciExtendedCapabilities(config);
    expect(aer).toMatchObject({
      kind: "aer",
      offset: 0x140,
      version: 2,
      uncorrectable: { status: 1, mask: 2, severity: 4 },
      correctable: { status: 8, mask: 16 },
    });
    expect(sriov).toMatchObject({ kind: "sriov", enabled: true, totalFunctions: 4, functions: 2 });
    expect(sriov).toMatchObject({ firstOffset: 3, stride: 1 });
    expect(serial).toMatchObject({ kind: "serial-number", serialNumber: 0x0807060504030201n });
    expect(rest).toEqual([]);
    expect([...pciExtendedCapabilities(space(0x100, {}))]).toEqual([]);
  });
});

describe("base address registers", () => {
  it("tells memory from I/O and 64 bits from 32", () => {
    const config = space(0x100, {
      16: [0x0c, 0, 0, 0xc0, 0x38, 0, 0, 0],
      24: [0x01, 0xc0, 0, 0],
      32: [0, 0, 0xb0, 0xfe],
    });
    const off = { prefetchable: false, bits: 32 };
    expect(pciBars(config)).toEqual([
      { index: 0, space: "memory", bits: 64, prefetchable: true, address: 0x38_c000_0000n },
      { index: 2, space: "io", ...off, address: 0xc000n },
      { index: 4, space: "memory", ...off, address: 0xfeb0_0000n },
    ]);
  });
});
