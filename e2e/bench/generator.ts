/**
 * A load generator on bare sockets, so that it takes as little of the processors as it can: each caller
 * keeps one connection and sends its next request when the answer to the last one is whole.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export type Load = {
  readonly port: number;
  readonly callers: number;
  readonly milliseconds: number;
  /** The bytes of the n-th request. */
  readonly request: (n: number) => string;
};

export type Measured = {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
};

/** @throws when a call is answered with anything but 200 */
export async function run({ port, callers, milliseconds, request }: Load): Promise<Measured> {
  const latencies: number[] = [];
  const sockets: Socket[] = [];
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => {});
  let n = 0;
  let stopped = false;
  const caller = () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    sockets.push(socket);
    let sentAt = 0;
    let received = Buffer.alloc(0);
    const send = () => {
      sentAt = performance.now();
      socket.write(request(n++));
    };
    socket.on("connect", send);
    socket.on("error", (error) => failure.reject(error));
    socket.on("close", () => {
      if (!stopped) failure.reject(new Error("The server closed a connection."));
    });
    socket.on("data", (bytes) => {
      received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
      if (!isWhole(received)) return;
      const status = received.toString("latin1", 9, 12);
      if (status !== "200") {
        failure.reject(new Error(`A call was answered with ${received.toString("utf8", 9, 600)}`));
      }
      received = Buffer.alloc(0);
      if (stopped) return;
      latencies.push(performance.now() - sentAt);
      send();
    });
  };
  const startedAt = performance.now();
  for (let index = 0; index < callers; index++) caller();
  try {
    await Promise.race([sleep(milliseconds), failure.promise]);
  } finally {
    stopped = true;
  }
  const seconds = (performance.now() - startedAt) / 1000;
  // Whole answers before the next one's turn: none runs into another's time.
  await sleep(100);
  for (const socket of sockets) socket.destroy();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: latencies.length / seconds,
    p50: latencies[Math.floor(latencies.length * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN,
    answers: latencies.length,
  };
}

const headEnd = Buffer.from("\r\n\r\n");
const lastChunk = Buffer.from("0\r\n\r\n");

/** One answer at a time is on a connection, so its end is the end of what was received. */
function isWhole(received: Buffer): boolean {
  const end = received.indexOf(headEnd);
  if (end < 0) return false;
  const head = received.toString("latin1", 0, end);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return received.length >= end + 4 + Number(length);
  return received.length > end + 4 && received.subarray(-lastChunk.length).equals(lastChunk);
}

export function httpRequest(
  port: number,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body = "",
): string {
  const fields = { Host: `127.0.0.1:${port}`, ...headers };
  if (body !== "") Object.assign(fields, { "Content-Length": String(Buffer.byteLength(body)) });
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
