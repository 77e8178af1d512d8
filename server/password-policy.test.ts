/** Which passwords are refused: by rules alone, and with a server that speaks the range interface. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it, test, vi } from "vitest";
import { passwordFault } from "./password-policy.ts";

const codeOf = async (password: string, own: string[] = []) =>
  (await passwordFault(password, own))?.code ?? null;

test.each([
  "password123",
  "Password123!",
  "P@ssw0rd1234",
  "p4$$w0rd2026",
  "qwertyuiop",
  "asdfghjkl;",
  "1qaz2wsx3edc",
  "1234567890",
  "0987654321",
  "31.12.1999 ",
  "aaaaaaaaaaaa",
  "abcabcabcabc",
  "iloveyou2024",
  "letmeinletmein",
  "Sunshine#2025",
  "passwordpassword",
  "dragonmaster",
  "Summer2026!!",
  "administrator1",
  "abcdefghijkl",
])("%s is one of the first that anybody tries", async (password) => {
  expect(await codeOf(password)).toBe("PASSWORD_TOO_COMMON");
});

test.each([
  "correct horse battery",
  "staple staple staple",
  "correct horse",
  "vEx7Qd-kW2n_",
  "Tausend Mücken am Fluss",
  "七つの海を渡る風と月の歌",
  "granite under moss",
])("%s is good", async (password) => {
  expect(await codeOf(password)).toBeNull();
});

test("too short, too long, and one's own name or address", async () => {
  expect(await codeOf("k7-xQ2_vN")).toBe("PASSWORD_TOO_SHORT");
  expect(await codeOf("k7-xQ2_vN".repeat(15))).toBe("PASSWORD_TOO_LONG");
  expect(await codeOf("granitefan77", ["granitefan@example.test"])).toBe("PASSWORD_TOO_COMMON");
  expect(await codeOf("Lovelace1815", ["Ada Lovelace"])).toBe("PASSWORD_TOO_COMMON");
});

describe("known breaches", () => {
  const breached = "correct horse battery";
  const digest = createHash("sha1").update(breached).digest("hex").toUpperCase();
  afterEach(() => void vi.resetModules());

  async function service(answer: (path: string) => { status: number; body: string } | null) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const reply = answer(request.url ?? "");
      // Null: never answered.
      if (reply) response.writeHead(reply.status).end(reply.body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (!address || typeof address === "string") throw new Error("The server has no port.");
    vi.stubEnv("PASSWORD_CHECK_URL", `http://127.0.0.1:${address.port}`);
    vi.resetModules();
    const { passwordFault } = await import("./password-policy.ts");
    const close = () => {
      server.closeAllConnections();
      server.close();
    };
    return { asked, close, fault: async (password: string) => (await passwordFault(password))?.code ?? null };
  }

  it("are asked by the first five digits alone; padding counts for nothing", async () => {
    const { asked, close, fault } = await service(() => ({
      status: 200,
      body: `${"0".repeat(35)}:3\r\n${digest.slice(5)}:17\r\n`,
    }));
    expect(await fault(breached)).toBe("PASSWORD_COMPROMISED");
    expect(asked).toEqual([`/range/${digest.slice(0, 5)}`]);
    expect(await fault("another good sentence")).toBeNull();
    close();
    const padded = await service(() => ({ status: 200, body: `${digest.slice(5)}:0\r\n` }));
    expect(await padded.fault(breached)).toBeNull();
    padded.close();
  });

  it.each([
    ["does not answer", () => null],
    ["fails", () => ({ status: 503, body: "" })],
  ])("a service that %s keeps nobody out and is then left alone; the rules still hold", async (_, answer) => {
    const { asked, close, fault } = await service(answer);
    expect(await fault(breached)).toBeNull();
    expect(await fault("granite under moss")).toBeNull();
    expect(await fault("password123")).toBe("PASSWORD_TOO_COMMON");
    expect(asked).toHaveLength(1);
    close();
  });
});
