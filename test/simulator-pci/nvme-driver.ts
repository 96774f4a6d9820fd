import type { Kernel, Mapping, Memory } from "../../src/kernel.js";
import type { SimulatedMachine } from "../../src/simulator/machine.js";
import { structs } from "../../src/uapi/index.js";
import { Vfio } from "../../src/uapi/requests.js";
import { openDevice, region, write } from "./fixture.js";

const iova = 0x10_0000;
const queueSize = 16;

/** A submission: opcode, namespace, dwords 10 to 12, and where data goes. */
export interface Submission {
  opcode: number;
  namespace?: number;
  prp1?: number;
  prp2?: number;
  dwords?: readonly number[];
}

interface Queue {
  submission: number;
  completion: number;
  tail: number;
  head: number;
  phase: number;
}

/** A small NVMe driver in user space, as the tests need it. */
export class NvmeDriver {
  readonly device: number;
  readonly bar: Mapping;
  readonly memory: Memory;
  readonly kernel: Kernel;
  readonly #queues: Queue[] = [];
  #id = 0;

  constructor(machine: SimulatedMachine, name: string) {
    this.kernel = machine.process();
    const { container, device } = openDevice(this.kernel, name);
    this.device = device;
    write(this.kernel, device, region(7, 4), "0604");
    this.bar = this.kernel.mmap(device, { offset: 0, length: 0x4000 });
    this.memory = this.kernel.allocate(2 ** 20);
    const map = structs.iommuType1DmaMap.encode({
      flags: 3,
      vaddr: this.memory.address,
      iova: BigInt(iova),
      size: BigInt(this.memory.length),
    });
    this.kernel.ioctl(container, Vfio.IOMMU_MAP_DMA, map);
  }

  get view(): DataView {
    const { bytes } = this.memory;
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Where an offset of the memory is for the device. */
  address(offset: number): number {
    return iova + offset;
  }

  /** Switches the controller on with its admin queues in the first two pages. */
  enable(configuration = 0x00460001): number {
    const size = queueSize - 1;
    this.bar.write32(0x24, (size << 16) | size);
    this.bar.write64(0x28, BigInt(iova));
    this.bar.write64(0x30, BigInt(iova + 0x1000));
    this.bar.write32(0x14, configuration);
    this.#queues[0] = { submission: 0, completion: 0x1000, tail: 0, head: 0, phase: 1 };
    return this.bar.read32(0x1c);
  }

  /** Makes an I/O queue pair with interrupts on a vector. */
  addQueue(id: number, vector: number): number[] {
    const at = 0x2000 * id;
    const size = (queueSize - 1) << 16;
    const create = (opcode: number, offset: number, flags: number) =>
      this.submit(0, {
        opcode,
        prp1: this.address(offset),
        dwords: [size | id, flags],
      }).status;
    const results = [create(5, at + 0x1000, (vector << 16) | 3), create(1, at, (id << 16) | 1)];
    this.#queues[id] = { submission: at, completion: at + 0x1000, tail: 0, head: 0, phase: 1 };
    return results;
  }

  /** Puts a command into a queue and takes its completion. */
  submit(id: number, { opcode, namespace = 0, prp1 = 0, prp2 = 0, dwords = [] }: Submission) {
    const queue = this.#queues[id]!;
    const at = queue.submission + 64 * queue.tail;
    const { view } = this;
    this.memory.bytes.fill(0, at, at + 64);
    this.#id += 1;
    view.setUint32(at, opcode | (this.#id << 16), true);
    view.setUint32(at + 4, namespace, true);
    view.setBigUint64(at + 24, BigInt(prp1), true);
    view.setBigUint64(at + 32, BigInt(prp2), true);
    dwords.forEach((value, index) => {
      view.setUint32(at + 40 + 4 * index, value, true);
    });
    queue.tail = (queue.tail + 1) % queueSize;
    this.bar.write32(0x1000 + 8 * id, queue.tail);
    return this.#complete(id, queue);
  }

  #complete(id: number, queue: Queue) {
    const { view } = this;
    const at = queue.completion + 16 * queue.head;
    const word = view.getUint16(at + 14, true);
    if ((word & 1) !== queue.phase) return { status: -1, result: 0 };
    queue.head = (queue.head + 1) % queueSize;
    if (queue.head === 0) queue.phase ^= 1;
    this.bar.write32(0x1004 + 8 * id, queue.head);
    return { status: word >> 1, result: view.getUint32(at, true) };
  }
}
