/**
 * Locks the embedded data folder to one process: two PGlite instances on one folder corrupt it without
 * an error. The lock is a file holding the owner's pid; a lock whose process is gone is taken over.
 */
import { linkSync, mkdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigurationError } from "#env";

/** Returns the function that unlocks. Throws ConfigurationError while another process holds the folder. */
export function lockFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "lock");
  const mine = join(folder, `lock.${process.pid}`);
  writeFileSync(mine, String(process.pid));
  try {
    // link() is atomic and fails when the name exists, and the file is whole the moment it has its name.
    for (let attempt = 0; !tryLink(mine, path); attempt++) {
      const owner = readOwner(path);
      if (attempt > 4 || (owner !== null && owner !== process.pid && isAlive(owner))) {
        throw new ConfigurationError(
          `The data folder ${folder} is in use by process ${owner}. Stop it first, or set DATA_DIR to another folder.`,
        );
      }
      rmSync(path, { force: true });
    }
  } finally {
    unlinkSync(mine);
  }
  return () => {
    if (readOwner(path) === process.pid) rmSync(path, { force: true });
  };
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

function readOwner(path: string): number | null {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
