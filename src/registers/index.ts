/** Typed register maps: `rw32(0x20, { computing: bit(0), raiseIrq: bit(7) })`. */

export * from "./fields.js";
export * from "./register.js";
