import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { lockFolder } from "./folder-lock.ts";

const scratch = mkdtempSync(join(tmpdir(), "folder-lock-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let folders = 0;
function folderWith(lock?: string): string {
  const folder = mkdtempSync(join(scratch, `${folders++}-`));
  if (lock !== undefined) writeFileSync(join(folder, "lock"), lock);
  return folder;
}

const linux = process.platform === "linux";
/** Above the largest pid that Linux gives. */
const gone = `4194999 1 ${hostname()} x`;

test("one at a time, and nothing is left behind", () => {
  const folder = folderWith();
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid}.`);
  unlock();
  lockFolder(folder)();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["of a process that is gone", gone],
  ["left empty by power loss", ""],
  ...(linux ? [["of an earlier process with this one's pid", `${process.pid} 1 ${hostname()} x`]] : []),
  ...(linux ? [["of an earlier process with a running one's pid", `1 1 ${hostname()} x`]] : []),
])("a lock %s is taken over", (_, lock) => {
  const folder = folderWith(lock);
  const unlock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow("in use");
  unlock();
  expect(readdirSync(folder)).toEqual([]);
});

test("the lock of a container with the same pid is its own until it has been silent for long", () => {
  const folder = folderWith(`${process.pid} 1 another-host x`);
  expect(() => lockFolder(folder)).toThrow(`in use by process ${process.pid} on another-host`);
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(join(folder, "lock"), longAgo, longAgo);
  lockFolder(folder)();
});

test("an owner does not unlock what is no longer its own", () => {
  const folder = folderWith();
  const unlock = lockFolder(folder);
  writeFileSync(join(folder, "lock"), "somebody else's");
  unlock();
  expect(readFileSync(join(folder, "lock"), "utf8")).toBe("somebody else's");
});

test("a takeover that broke off is told, not guessed about", () => {
  const folder = folderWith(gone);
  writeFileSync(join(folder, "lock.takeover"), gone);
  expect(() => lockFolder(folder)).toThrow("lock.takeover");
});

const racer = `
  import { lockFolder } from ${JSON.stringify(new URL("./folder-lock.ts", import.meta.url).href)};
  let unlock;
  process.on("message", ({ folder, at }) => {
    if (!folder) {
      unlock?.();
      unlock = undefined;
      return process.send("free");
    }
    while (Date.now() < at);
    try {
      unlock = lockFolder(folder);
      process.send("held");
    } catch (error) {
      process.send(error.message);
    }
  });
  process.send("ready");
`;

test("of many that meet at a stale lock, one gets it", async () => {
  const script = join(scratch, "racer.mjs");
  writeFileSync(script, racer);
  const racers = Array.from({ length: 5 }, () => fork(script, { execArgv: [] }));
  try {
    await Promise.all(racers.map(answerOf));
    for (let round = 0; round < 150; round++) {
      const folder = folderWith(gone);
      const told = await askAll(racers, { folder, at: Date.now() + 10 });
      const others = told.filter((answer) => answer !== "held");
      expect([round, told.length - others.length]).toEqual([round, 1]);
      for (const answer of others) expect(answer).toContain("in use by process");
      await askAll(racers, {});
      expect(readdirSync(folder)).toEqual([]);
    }
  } finally {
    for (const child of racers) child.kill();
  }
});

function askAll(children: ChildProcess[], message: object): Promise<string[]> {
  return Promise.all(
    children.map((child) => {
      const answer = answerOf(child);
      child.send(message);
      return answer;
    }),
  );
}

async function answerOf(child: ChildProcess): Promise<string> {
  const [answer] = await once(child, "message");
  return z.string().parse(answer);
}
