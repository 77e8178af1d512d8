/** The servers under test: each a process of its own on a free port, ended with the bench. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "#server/testing/free-port.ts";

const startTimeoutMs = 60_000;
const running = new Set<ChildProcess>();

export type Started = { readonly port: number };

export async function start(
  name: string,
  command: (port: number) => { args: string[]; cwd?: string; env?: Record<string, string> },
  readyPath: string,
): Promise<Started> {
  const port = await freePort();
  const { args, cwd, env } = command(port);
  const child = spawn(process.execPath, args, {
    ...(cwd ? { cwd } : {}),
    env: { ...process.env, NODE_ENV: "production", PORT: String(port), HOST: "127.0.0.1", ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  running.add(child);
  let said = "";
  child.stderr?.on("data", (bytes) => {
    said = (said + bytes).slice(-4_000);
  });
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`${name} ended as it started:\n${said}`);
    const answer = await fetch(`http://127.0.0.1:${port}${readyPath}`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer) return { port };
    await sleep(100);
  }
  throw new Error(`${name} did not answer within ${startTimeoutMs / 1000} s:\n${said}`);
}

export async function stopAll(): Promise<void> {
  await Promise.all(
    [...running].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 12_000);
      await gone;
      clearTimeout(late);
    }),
  );
  running.clear();
}

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
// A signal alone would end this process without the above.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
