/** DRM_FORMAT_XRGB8888: "XR24". */
export const xrgb8888 = 0x3432_5258;
const bytesPerPixel = 4;

/**
 * The chip of samples/vfio-mdev/mdpy.c: a framebuffer of one fixed mode in memory of its own, whose
 * size is the next power of two.
 */
export class MdpyDisplay {
  readonly memory: Uint8Array;
  /** Bytes from one row to the next. */
  readonly stride: number;

  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.stride = width * bytesPerPixel;
    this.memory = new Uint8Array(powerOfTwoFrom(this.stride * height));
    this.reset();
  }

  /** samples/vfio-mdev/mdpy.c: mdpy_reset(): a gradient from black to nearly white, row by row. */
  reset(): void {
    for (let row = 0; row < this.height; row += 1) {
      const grey = Math.floor((row * 255) / this.height);
      this.memory.fill(grey, row * this.stride, (row + 1) * this.stride);
    }
  }
}

function powerOfTwoFrom(size: number): number {
  let power = 1;
  while (power < size) power *= 2;
  return power;
}
