import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";

/** A Unix socket that QEMU connects one port of the guest to. */
export interface Channel {
  readonly path: string;
  /** Settles when QEMU has connected. */
  readonly socket: Promise<Socket>;
  /** Settles when all that came through has been read; at once if QEMU never connected. */
  drained(): Promise<void>;
  close(): void;
}

/** Opens a channel in a folder; its path must fit into a socket address (107 bytes). */
export async function openChannel(directory: string, name: string): Promise<Channel> {
  const path = join(directory, `${name}.sock`);
  const server = createServer();
  let connected: Socket | undefined;
  const socket = new Promise<Socket>((resolve) => {
    server.once("connection", (connection) => {
      connected = connection;
      // A killed QEMU resets its connections; what it had sent has been read by then.
      connection.on("error", () => connection.destroy());
      resolve(connection);
    });
  });
  await listen(server, path);
  return {
    path,
    socket,
    drained: () => (connected ? closed(connected) : Promise.resolve()),
    close: () => {
      server.close();
      connected?.destroy();
    },
  };
}

function closed(socket: Socket): Promise<void> {
  if (socket.closed || socket.readableEnded) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("end", resolve);
    socket.once("close", () => resolve());
  });
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => resolve());
  });
}
