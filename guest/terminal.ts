import type { Duplex } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { GuestTerminal } from "./run.js";

/** This process's terminal, handed to an interactive guest key by key, and restored afterwards. */
export function hostTerminal(input: ReadStream, output: WriteStream): GuestTerminal {
  return {
    rows: output.rows || 24,
    columns: output.columns || 80,
    connect: (console: Duplex) => {
      const restore = () => {
        input.setRawMode(false);
        input.unpipe(console);
        input.pause();
        process.removeListener("exit", restore);
      };
      input.setRawMode(true);
      process.once("exit", restore);
      console.once("close", restore);
      input.pipe(console);
      console.on("data", (chunk: Buffer) => output.write(chunk));
    },
  };
}
