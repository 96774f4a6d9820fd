import type { Row } from "../harness.js";
import type { Stage } from "../stage.js";

const INTERRUPTS = 300;

/** From an eventfd that another thread raises to JavaScript, against a C thread in epoll. */
export function interruptRows({ native, baseline }: Stage): Row[] {
  const fd = native.eventfd();
  const c = () => baseline.epollLatency(fd, INTERRUPTS);
  const against = "epoll in C, p50";
  return [
    { name: "interrupt, callback", against, goal: 1.1, baseline: c, ours: callback, rounds: 7 },
    { name: "interrupt, promise", against, goal: 1.2, baseline: c, ours: promise, rounds: 7 },
  ];

  async function callback(): Promise<number> {
    await new Promise<void>((resolve) => {
      let left = INTERRUPTS;
      const watch = native.watch(fd, () => {
        left -= 1;
        if (left === 0) {
          watch.close();
          resolve();
        }
        baseline.noteReceived();
      });
      watch.ref();
      baseline.startRaising(fd, INTERRUPTS);
    });
    return baseline.medianLatency();
  }

  async function promise(): Promise<number> {
    let arrived: () => void = () => {};
    const watch = native.watch(fd, () => arrived());
    watch.ref();
    let next = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    baseline.startRaising(fd, INTERRUPTS);
    for (let left = INTERRUPTS; left > 0; left -= 1) {
      await next;
      next = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      baseline.noteReceived();
    }
    watch.close();
    return baseline.medianLatency();
  }
}
