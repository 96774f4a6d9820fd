import { describe, expect, it } from "vitest";
import { InterruptQueue } from "../../src/vfio/interrupt-queue.js";

function queue() {
  const told: string[] = [];
  const made = new InterruptQueue({
    wanted: () => told.push("wanted"),
    waiting: (anybody) => told.push(anybody ? "hold" : "let go"),
  });
  return { queue: made, told };
}

describe("InterruptQueue", () => {
  it("adds up what nobody waits for, vector by vector", async () => {
    const { queue: q } = queue();
    q.push(3, 1);
    q.push(1, 2);
    q.push(3, 4);
    expect(await q.next()).toEqual({ vector: 3, count: 5 });
    expect(q.take()).toEqual({ vector: 1, count: 2 });
    expect(q.take()).toBeUndefined();
  });

  it("gives each event to one of those who wait, in order", async () => {
    const { queue: q } = queue();
    const [first, second] = [q.next(), q.next()];
    q.push(0, 1);
    q.push(1, 1);
    expect(await first).toEqual({ vector: 0, count: 1 });
    expect(await second).toEqual({ vector: 1, count: 1 });
  });

  it("gives every event to every listener, those from before included", () => {
    const { queue: q } = queue();
    const seen: unknown[] = [];
    q.push(0, 2);
    const stop = q.listen((event) => seen.push(event));
    q.push(1, 1);
    stop();
    q.push(1, 7);
    expect(seen).toEqual([
      { vector: 0, count: 2 },
      { vector: 1, count: 1 },
    ]);
    expect(q.take()).toEqual({ vector: 1, count: 7 });
  });

  it("holds the event loop only while somebody waits", async () => {
    const { queue: q, told } = queue();
    const waiting = q.next();
    expect(told).toEqual(["hold", "wanted"]);
    q.push(0, 1);
    await waiting;
    expect(told).toEqual(["hold", "wanted", "let go"]);
  });

  it("asks for nothing while something is there", async () => {
    const { queue: q, told } = queue();
    q.push(0, 1);
    await q.next();
    expect(told).toEqual([]);
  });

  it("ends a wait with the signal's reason and loses nothing by that", async () => {
    const { queue: q, told } = queue();
    const controller = new AbortController();
    const waiting = q.next(controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(q.next(controller.signal)).rejects.toThrow("enough");
    expect(told.at(-1)).toBe("let go");
    q.push(0, 1);
    expect(q.take()).toEqual({ vector: 0, count: 1 });
  });

  it("tells those who wait that nothing will come when it closes", async () => {
    const { queue: q } = queue();
    const waiting = q.next();
    q.close();
    expect(await waiting).toBeUndefined();
    expect(await q.next()).toBeUndefined();
  });

  it("hands on what unmasking throws, and waits no more", async () => {
    const told: boolean[] = [];
    const q = new InterruptQueue({
      wanted: () => {
        throw new Error("EIO");
      },
      waiting: (anybody) => told.push(anybody),
    });
    await expect(q.next()).rejects.toThrow("EIO");
    expect(told).toEqual([true, false]);
  });
});
