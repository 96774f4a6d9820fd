import { spawnSync } from "node:child_process";
import type { Duplex } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import type { GuestTerminal } from "./guest-options.js";

/** This process's terminal, handed to an interactive guest key by key, and restored afterwards. */
export function hostTerminal(input: ReadStream, output: WriteStream): GuestTerminal {
  return {
    rows: output.rows || 24,
    columns: output.columns || 80,
    connect: (console: Duplex) => {
      const saved = stty("-g");
      const restore = () => {
        stty(saved);
        input.unpipe(console);
        input.pause();
        process.removeListener("exit", restore);
      };
      // Not setRawMode(): it leaves the translation of line ends on, which the guest does already.
      stty("raw", "-echo");
      process.once("exit", restore);
      console.once("close", restore);
      input.pipe(console);
      console.on("data", (chunk: Buffer) => output.write(chunk));
    },
  };
}

function stty(...settings: string[]): string {
  const { stdout } = spawnSync("stty", settings, { stdio: ["inherit", "pipe", "ignore"] });
  return stdout.toString().trim();
}
