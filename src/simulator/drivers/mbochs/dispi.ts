/** DRM_FORMAT_XRGB8888: "XR24". */
const xrgb8888 = 0x3432_5258;

/** Indices of the registers, each of 2 bytes. */
const index = {
  id: 0,
  width: 1,
  height: 2,
  depth: 3,
  enable: 4,
  virtualWidth: 6,
  xOffset: 8,
  yOffset: 9,
  videoMemory: 10,
} as const;

const registers = 11;
const dispiId5 = 0xb0c5;
const smallestMode = 64;

/** What the display shows: a part of video memory. Sizes and offset in bytes. */
export interface DisplayMode {
  readonly format: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly offset: number;
  readonly size: number;
}

/** The Bochs display interface of samples/vfio-mdev/mbochs.c: registers and the mode they make. */
export class Dispi {
  readonly #registers = new Uint16Array(registers);

  constructor(
    /** Bytes of video memory. */
    readonly memorySize: number,
  ) {
    this.reset();
  }

  /** A register by its index; 0 for one that is not there. */
  read(register: number): number {
    return this.#registers[register] ?? 0;
  }

  write(register: number, value: number): void {
    this.#registers[register] = value;
  }

  /** samples/vfio-mdev/mbochs.c: mbochs_reset() */
  reset(): void {
    this.#registers.fill(0);
    this.#registers[index.id] = dispiId5;
    this.#registers[index.videoMemory] = this.memorySize / 0x1_0000;
  }

  /** samples/vfio-mdev/mbochs.c: mbochs_check_framebuffer(). Undefined: nothing to be seen. */
  mode(): DisplayMode | undefined {
    const at = this.#registers;
    if ((at[index.enable]! & 1) === 0 || at[index.depth] !== 32) return undefined;
    const width = at[index.width]!;
    const height = at[index.height]!;
    const stride = Math.max(at[index.virtualWidth]!, width) * 4;
    const offset = at[index.xOffset]! * 4 + at[index.yOffset]! * stride;
    const size = stride * height;
    if (width < smallestMode || height < smallestMode) return undefined;
    if (offset + size > this.memorySize) return undefined;
    return { format: xrgb8888, width, height, stride, offset, size };
  }
}
