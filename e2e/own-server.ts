/**
 * A production server of a journey's own, on an empty data folder: its first account is the admin. Embedded,
 * unless it is given servers in `settings`, names as in .env.example.
 */
import { spawn } from "node:child_process";
import { expect } from "@playwright/test";
import { freePort } from "#server/testing/free-port.ts";

export async function startOwnServer(
  settings: Record<string, string> = {},
): Promise<{ address: string; stop: () => Promise<void> }> {
  const port = settings.PORT ?? String(await freePort());
  const address = `http://localhost:${port}`;
  const server = spawn(process.execPath, ["--import", "./bin/fresh-data.mjs", "server/main.ts"], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      PORT: port,
      HOST: "127.0.0.1",
      APP_URL: address,
      DATABASE_URL: "",
      REDIS_URL: "",
      STRIPE_SECRET_KEY: "",
      STRIPE_WEBHOOK_SECRET: "",
      LOG_LEVEL: "warn",
      ...settings,
    },
    stdio: "inherit",
  });
  // A hook that times out is given up, and with it the one that would stop the server.
  const end = () => server.kill("SIGTERM");
  process.once("exit", end);
  server.once("exit", () => process.off("exit", end));
  await expect
    .poll(async () => (await fetch(`${address}/api/health`).catch(() => null))?.status, { timeout: 120_000 })
    .toBe(200);
  return {
    address,
    stop: async () => {
      const gone = new Promise((resolve) => server.once("exit", resolve));
      end();
      await gone;
    },
  };
}
