import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port that leads to another one, over which the network can be broken. */
export interface TcpProxy {
  readonly port: number;
  /** Ends all connections and refuses new ones. */
  cut(): void;
  /** Lets what is sent arrive, and nothing come back. */
  mute(): void;
  /** Ends the effect of the two above; connections that were mute are lost. */
  heal(): void;
  close(): Promise<void>;
}

/** Opens a port on the loopback address that leads to another one there. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let state: "open" | "cut" | "mute" = "open";
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    keep(near);
    if (state === "cut") return void near.destroy();
    const far = keep(connect(target, "127.0.0.1"));
    near.on("data", (bytes) => far.write(bytes));
    far.on("data", (bytes) => {
      if (state !== "mute") near.write(bytes);
    });
    near.on("close", () => far.destroy());
    far.on("close", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      state = "cut";
      drop();
    },
    mute() {
      state = "mute";
    },
    heal() {
      if (state === "mute") drop();
      state = "open";
    },
    async close() {
      drop();
      server.close();
      await once(server, "close");
    },
  };
}
