// node --import ./bin/fresh-data.mjs server/main.ts: the server on an empty data folder of its own,
// which is gone when the server is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isMainThread } from "node:worker_threads";

// A worker thread loads this file as well; the folder is the process's.
if (isMainThread) {
  const folder = mkdtempSync(path.join(tmpdir(), "fltr-data-"));
  process.env.DATA_DIR = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
}
