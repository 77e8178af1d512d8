/** A Next application with one route handler and nothing else, built in a folder of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const nextProgram = resolve("node_modules/next/dist/bin/next");

export type NextApp = { readonly folder: string; remove(): void };

export function buildNextApp(): NextApp {
  const folder = mkdtempSync(join(tmpdir(), "fltr-bench-next-"));
  const write = (path: string, text: string) => writeFileSync(join(folder, path), text);
  mkdirSync(join(folder, "app/bare"), { recursive: true });
  write("package.json", JSON.stringify({ name: "bare", private: true, type: "module" }));
  write(
    "app/bare/route.js",
    `export const dynamic = "force-dynamic";\nexport function GET() { return Response.json({ ok: true }); }\n`,
  );
  symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  try {
    // Turbopack refuses modules outside its root; the route handler's runtime is the same.
    execFileSync(process.execPath, [nextProgram, "build", "--webpack"], {
      cwd: folder,
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
