import { pci, ro32, type Vfio } from "node-vfio";

/** The tool that is tested: which revision an edu device has, or what keeps us from knowing. */
export async function revisionOf(vfio: Vfio, address: string): Promise<string> {
  await using device = await vfio.openDevice(address);
  const { id } = device.region(pci.BAR0).registers({ id: ro32(0x00) });
  const value = id.read();
  if (value === 0xffff_ffff) throw new Error(`${address} does not answer`);
  return `${value >>> 24}.${(value >>> 16) & 0xff}`;
}
