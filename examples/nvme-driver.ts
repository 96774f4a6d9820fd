import { Vfio } from "node-vfio";
import { startController } from "./nvme/controller.js";

const address = process.argv[2] ?? "0000:03:00.0";
await using vfio = await Vfio.open(); // VFIO_KERNEL says which kernel, this machine's unless told
await using device = await vfio.openDevice(address);
const { admin, io, version } = await startController(vfio, device);

const page = vfio.allocate(4096);
const data = vfio.dma.map(page).iova;
const text = (from: number, to: number) =>
  new TextDecoder().decode(page.bytes.slice(from, to)).trimEnd();

await admin.execute({ opcode: 6, data, words: [1] });
console.log(`${text(24, 64)}, serial ${text(4, 24)}, NVMe ${version}`);

await admin.execute({ opcode: 6, namespace: 1, data, words: [0] });
const format = page.view.getUint8(26) & 0xf;
const blockSize = 2 ** page.view.getUint8(128 + 4 * format + 2);
console.log(`namespace 1: ${page.view.getBigUint64(0, true)} blocks of ${blockSize} bytes`);

const firstBlock = { namespace: 1, data, words: [0, 0, 0] };
const read = { ...firstBlock, opcode: 2 };
const write = { ...firstBlock, opcode: 1 };

await io.execute(read);
const before = page.bytes.slice(0, blockSize);

page.bytes.set(new TextEncoder().encode("hello from TypeScript"));
console.log(`written: interrupt on vector ${await io.execute(write)}`);

page.bytes.fill(0);
await io.execute(read);
console.log(`read back: ${text(0, 21)}`);

page.bytes.set(before);
await io.execute(write); // the disk is as it was
