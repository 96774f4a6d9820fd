// Goal: waiters get in one after the other, and nobody gets past a writer.

import { expect, test } from "vitest";
import { Mutex, ReadWriteSemaphore } from "../../src/simulator/mdev/locks.js";

test("a mutex is handed over in order", () => {
  const mutex = new Mutex();
  const order: string[] = [];
  mutex.lock(() => order.push("first"));
  mutex.lock(() => order.push("second"));
  mutex.lock(() => order.push("third"));
  expect(order).toEqual(["first"]);
  mutex.unlock();
  expect(order).toEqual(["first", "second"]);
  mutex.unlock();
  mutex.unlock();
  mutex.lock(() => order.push("later"));
  expect(order).toEqual(["first", "second", "third", "later"]);
});

test("a writer waits for readers and keeps new ones out at once", () => {
  const semaphore = new ReadWriteSemaphore();
  let writing = false;
  expect([semaphore.tryRead(), semaphore.tryRead()]).toEqual([true, true]);
  semaphore.write(() => {
    writing = true;
  });
  expect([writing, semaphore.tryRead()]).toEqual([false, false]);
  semaphore.endRead();
  expect(writing).toBe(false);
  semaphore.endRead();
  expect([writing, semaphore.tryRead()]).toEqual([true, false]);
});
