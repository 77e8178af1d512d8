// A lock between processes: a file whose time its owner keeps fresh. A pid would not do, since
// containers that share a checkout do not share pids; a lock whose owner died goes stale by itself.
import { randomUUID } from "node:crypto";
import { readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const freshenMs = 1_000;
const staleMs = 10_000;

function age(file) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return null;
  }
}

function take(file, owner) {
  try {
    writeFileSync(file, owner, { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

export async function withLock(file, work) {
  const owner = randomUUID();
  for (let told = false; !take(file, owner); ) {
    if ((age(file) ?? 0) > staleMs) {
      try {
        renameSync(file, `${file}.${owner}`);
      } catch {
        // Another waiter was first.
      }
      rmSync(`${file}.${owner}`, { force: true });
      continue;
    }
    if (!told) process.stdout.write("Waiting for another start to finish its set-up …\n");
    told = true;
    await sleep(250);
  }
  const release = () => {
    try {
      if (readFileSync(file, "utf8") === owner) rmSync(file, { force: true });
    } catch {
      // Already gone.
    }
  };
  const freshen = setInterval(() => {
    try {
      const now = new Date();
      utimesSync(file, now, now);
    } catch {
      // Taken as stale after a long sleep of the machine; the work still ends well.
    }
  }, freshenMs);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(freshen);
    process.removeListener("exit", release);
    release();
  }
}
