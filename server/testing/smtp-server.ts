/** A mail server on a local port (RFC 5321, as much as a client needs) that keeps what it is sent. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";

export type Received = { readonly to: string; readonly subject: string; readonly text: string };

export async function startSmtpServer() {
  const mails: Received[] = [];
  const sockets = new Set<Socket>();
  let refusals = 0;

  function serve(socket: Socket): void {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    let buffered = "";
    let to = "";
    let inData = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string) => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === "EHLO" || verb === "HELO") say("250 localhost");
      else if (verb === "RCPT") {
        to = line.match(/<(.*)>/)?.[1] ?? "";
        say("250 ok");
      } else if (verb === "DATA" && refusals > 0) {
        refusals -= 1;
        say("451 try again later");
      } else if (verb === "DATA") {
        inData = true;
        say("354 go on");
      } else if (verb === "QUIT") {
        say("221 bye");
        socket.end();
      } else say("250 ok");
    };
    say("220 localhost");
    socket.on("data", (chunk) => {
      buffered += chunk.toString("utf8");
      for (;;) {
        const end = inData ? "\r\n.\r\n" : "\r\n";
        const at = buffered.indexOf(end);
        if (at < 0) return;
        const piece = buffered.slice(0, at);
        buffered = buffered.slice(at + end.length);
        if (!inData) command(piece);
        else {
          inData = false;
          mails.push(parse(to, piece));
          say("250 kept");
        }
      }
    });
  }

  const server = createServer(serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("The server has no port.");
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mails,
    /** Refuses this many mails for now. */
    refuse(times: number) {
      refusals = times;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function parse(to: string, message: string): Received {
  const [head = "", ...body] = message.split("\r\n\r\n");
  const subject = head.match(/^Subject: (.*(?:\r\n[ \t].*)*)/im)?.[1]?.replace(/\r\n[ \t]+/g, " ") ?? "";
  const text = body.join("\r\n\r\n").replace(/=\r\n/g, "").replace(/=3D/g, "=");
  return { to, subject, text };
}
