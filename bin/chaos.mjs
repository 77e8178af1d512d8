// npm run chaos [-- --minutes 3] [--seed n] [--only scaled|embedded]: priced calls while the processes,
// PostgreSQL and Redis under them are killed, stopped and continued at random; then the ledger is judged.
// Everything runs on loopback and in a temporary folder that is gone afterwards.
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePrograms } from "./programs.mjs";
import { Failure, foreground, main } from "./run.mjs";
import { projectEnv, projectNode, root } from "./setup.mjs";

/** PostgreSQL refuses to run as root. */
function unprivilegedUser() {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync("/etc/passwd", "utf8").split("\n");
  const user = users
    .map((line) => line.split(":"))
    .find(([name]) => name === "postgres" || name === "nobody");
  if (user === undefined) throw new Failure("PostgreSQL needs a user other than root: none was found.");
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** What main.ts started and could not end, because it was killed itself. */
function endLeftovers(folder) {
  const list = path.join(folder, "pids");
  if (!existsSync(list)) return;
  for (const pid of readFileSync(list, "utf8").split("\n").map(Number)) {
    try {
      if (pid > 1) process.kill(pid, "SIGKILL");
    } catch {
      // It has ended.
    }
  }
}

await main(async () => {
  const programs = await ensurePrograms(["postgres", "redis"]);
  const user = unprivilegedUser();
  // Where another user can reach it: a private TMPDIR may be closed to PostgreSQL's user.
  const folder = mkdtempSync(path.join(user === null ? tmpdir() : "/tmp", "fltr-chaos-"));
  if (user !== null) chownSync(folder, user.uid, user.gid);
  try {
    const env = projectEnv({ CHAOS: JSON.stringify({ programs, user, folder }), LOG_LEVEL: "error" });
    const script = fileURLToPath(new URL("../e2e/chaos/main.ts", import.meta.url));
    return (await foreground(projectNode(), [script, ...process.argv.slice(2)], { cwd: root, env })).code;
  } finally {
    endLeftovers(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
});
