/** A line that can be cut: what a browser sends to it goes to the server and back, until it is cut. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Line {
  /** Where the browser finds the server. */
  readonly url: string;
  /** All connections end at once, and each new one is refused. */
  cut: () => void;
  heal: () => void;
  close: () => Promise<void>;
}

export async function lineTo(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return void near.resetAndDestroy();
    const far = connect(Number(port), hostname);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one) && other.destroy());
      one.pipe(other);
    }
  });
  const end = () => open.forEach((socket) => socket.resetAndDestroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      whole = false;
      end();
    },
    heal: () => {
      whole = true;
    },
    close: async () => {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
