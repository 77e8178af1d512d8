/**
 * Locks the embedded data folder to one process: two PGlite instances on one folder corrupt it without
 * an error. A lock names its owner's process, when that began, and the host; it is taken over when that
 * process is gone. Of any number of processes that meet at a stale lock, one gets the folder.
 */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigurationError } from "#env";

/** An owner on another host (a container that shares the volume) cannot be looked up, so it keeps touching its lock. */
const touchMs = 5_000;
const silentMs = 60_000;
/** A takeover by another process lasts microseconds. */
const attempts = 200;
const pauseMs = 5;

type Owner = { readonly pid: number; readonly began: string; readonly host: string };

/** Returns the function that unlocks. Throws ConfigurationError while another process holds the folder. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "lock");
  const token = randomUUID();
  const mine = join(folder, `lock.${token}`);
  const text = [process.pid, processStart(process.pid), hostname(), token].join(" ");
  try {
    writeFileSync(mine, text);
    // link() is atomic and fails when the name exists, and the file is whole the moment it has its name.
    for (let attempt = 0; !tryLink(mine, path); attempt++) {
      const found = read(path);
      const held = found !== null && isHeld(path, found);
      if (held || attempt === attempts) throw inUse(folder, found === null ? null : ownerIn(found));
      removeStale(path, mine);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  const touching = setInterval(() => touch(path), touchMs).unref();
  return () => {
    clearInterval(touching);
    if (read(path) === text) rmSync(path, { force: true });
  };
}

/**
 * Only whoever has the guard removes a stale lock: without it, one that judged the old lock could remove
 * the new one of whoever was quicker.
 */
function removeStale(path: string, mine: string): void {
  const guard = `${path}.takeover`;
  if (!tryLink(mine, guard)) {
    // Removing a guard would need a guard: one that was left in the few microseconds of its life stays.
    const found = read(guard);
    if (found !== null && !isHeld(guard, found)) {
      throw new ConfigurationError(`A process died while it took the data folder over. Remove ${guard}.`);
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return;
  }
  try {
    // A lock that is gone by now may be there again, as somebody's, before it could be removed.
    const found = read(path);
    if (found !== null && !isHeld(path, found)) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

/** Judges what was read: another look at the file may find another lock. */
function isHeld(path: string, text: string): boolean {
  const owner = ownerIn(text);
  if (!owner) return false;
  if (owner.host !== hostname()) return ageMs(path) < silentMs;
  const began = processStart(owner.pid);
  // Pids are used again, in a container always: what began at another time is another process.
  return isAlive(owner.pid) && (began === "" || began === owner.began);
}

/** Null also for a file that power loss left empty: its owner is gone. */
function ownerIn(text: string): Owner | null {
  const [pid, began, host] = text.split(" ");
  return pid && host && began !== undefined ? { pid: Number(pid), began, host } : null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return null;
    throw error;
  }
}

function ageMs(path: string): number {
  return Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Whoever removed the folder under a running process has other sorrows.
  }
}

/** Clock ticks since boot (proc(5), stat, field 22); empty where there is no /proc. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name and may hold blanks and parentheses.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It runs, as somebody else.
    return isErrno(error, "EPERM");
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return false;
    throw error;
  }
}

function inUse(folder: string, owner: Owner | null): ConfigurationError {
  const elsewhere = owner && owner.host !== hostname();
  const who = owner ? `process ${owner.pid}${elsewhere ? ` on ${owner.host}` : ""}` : "another process";
  const orWait = elsewhere ? ` If it is gone, try again in ${silentMs / 1000} seconds.` : "";
  return new ConfigurationError(
    `The data folder ${folder} is in use by ${who}. Stop it first, or set DATA_DIR to another folder.${orWait}`,
  );
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
