import { createRequire } from "node:module";

/** The same work in C, each timed inside C: nanoseconds for all rounds, or -1 for a failure. */
export interface Baseline {
  noop(): void;
  preadLoop(fd: number, length: number, rounds: number, offset: number): number;
  ioctlLoop(fd: number, request: number, rounds: number, argsz: number): number;
  mapLoop(container: number, vaddr: number, iova: number, size: number, rounds: number): number;
  checkedReads(rounds: number): number;
  pointerCalls(rounds: number): number;
  startRaising(fd: number, count: number): void;
  noteReceived(): void;
  medianLatency(): number;
  epollLatency(fd: number, count: number): number;
  memfd(length: number): number;
  copyLoop(length: number, rounds: number): number;
  fillTree(count: number): void;
  treeTranslate(rounds: number): number;
  treeRemap(rounds: number): number;
}

/** Loads the baselines that `npm run bench` has built. */
export function loadBaseline(): Baseline {
  const require = createRequire(import.meta.url);
  return require("../../bench/native/build/Release/baseline.node") as Baseline;
}
