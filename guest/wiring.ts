import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Channel, openChannel } from "./channels.js";
import type { GuestOptions } from "./guest-options.js";
import type { Supervisor } from "./supervisor.js";

/** Ports of the guest, by the names that session.sh looks up. */
export const ports = ["control", "stdin", "stdout", "stderr", "results"] as const;

/** Opens a channel for each port, and one for the terminal of an interactive guest. */
export async function openChannels(
  directory: string,
  interactive: boolean,
): Promise<ReadonlyMap<string, Channel>> {
  const names = interactive ? [...ports, "terminal"] : ports;
  const open = async (name: string) => [name, await openChannel(directory, name)] as const;
  return new Map(await Promise.all(names.map(open)));
}

/** Joins the guest's ports to whoever wants what comes through them. */
export function connectPorts(
  options: GuestOptions,
  channels: ReadonlyMap<string, Channel>,
  supervisor: Supervisor,
): void {
  const on = (name: string, use: (socket: Socket) => void) => {
    void channels.get(name)?.socket.then(use);
  };
  const receive = (name: string, take: ((chunk: Buffer) => void) | undefined) =>
    on(name, (socket) =>
      socket.on("data", (chunk) => {
        supervisor.progress();
        take?.(chunk);
      }),
    );
  receive("stdout", (chunk) => options.onOutput?.(chunk, "stdout"));
  receive("stderr", (chunk) => options.onOutput?.(chunk, "stderr"));
  receive("results", options.onResults);
  on("control", (socket) => {
    createInterface({ input: socket }).on("line", (line) => supervisor.control(line));
  });
  on("stdin", (socket) => {
    socket.resume();
    // Not before the guest reads: what a failed boot has taken, a second one would miss.
    void supervisor.ready.then(() => {
      if (options.stdin) options.stdin.pipe(socket);
      else socket.end();
    });
  });
  on("terminal", (socket) => options.terminal?.connect(socket));
}
