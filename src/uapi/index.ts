/** `linux/vfio.h` as data: request numbers, struct layouts, flags, capability chains. */

export * from "./capabilities.js";
export * from "./codec.js";
export * from "./flags.js";
export * from "./requests.js";
export * as structs from "./structs.js";
