// Finds the servers and the browser that the tests need, and installs Debian's when it may.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { withLock } from "./lock.mjs";
import { hasPgvector, installPgvector, majorOf } from "./pgvector.mjs";
import { capture, Failure } from "./run.mjs";

const root = process.getuid?.() === 0;

export function which(name) {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const file = path.join(folder, name);
    if (folder !== "" && existsSync(file)) return file;
  }
  return null;
}

const folders = (parent) =>
  existsSync(parent) ? readdirSync(parent).map((name) => `${parent}/${name}`) : [];
const byVersion = (a, b) => b.localeCompare(a, "en", { numeric: true });

/** The newest PostgreSQL: Debian's folders, Homebrew's, what pg_config says, or the PATH. */
function findPostgres() {
  const homebrew = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"]
    .flatMap(folders)
    .filter((folder) => /\/postgresql(@\d+)?$/.test(folder));
  const packaged = [
    ...folders("/usr/lib/postgresql"),
    ...folders("/usr").filter((f) => /\/pgsql-\d+$/.test(f)),
  ];
  const candidates = [...packaged, ...homebrew].sort(byVersion).map((folder) => `${folder}/bin`);
  const config = which("pg_config");
  if (config !== null) candidates.push(execFileSync(config, ["--bindir"], { encoding: "utf8" }).trim());
  const onPath = which("initdb");
  if (onPath !== null) candidates.push(path.dirname(onPath));
  return (
    candidates.find((bin) => ["initdb", "postgres"].every((name) => existsSync(`${bin}/${name}`))) ?? null
  );
}

function findChromium() {
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const known = [
    process.env.CHROMIUM_PATH,
    ...names.map(which),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return known.find((file) => file && existsSync(file)) ?? null;
}

const programs = {
  postgres: {
    find: findPostgres,
    debian: "postgresql",
    brew: "postgresql@17",
    instead:
      "set TEST_DATABASE_URL to a PostgreSQL with pg_trgm and pgvector whose user may create databases",
  },
  redis: {
    find: () => which("redis-server") ?? which("valkey-server"),
    debian: "redis-server",
    brew: "redis",
    instead: "set TEST_REDIS_URL to a Redis that may be emptied",
  },
  chromium: {
    find: findChromium,
    debian: "chromium",
    brew: "--cask chromium",
    instead: "set CHROMIUM_PATH to a Chromium or Chrome",
  },
};

/** Of the whole machine: two runs, also of two checkouts, must not install at once. */
const installing = "/var/lock/fltr-programs.lock";

/** Paths of the named programs, installed first where they are missing and that is allowed. */
export async function ensurePrograms(names) {
  const found = () => Object.fromEntries(names.map((name) => [name, programs[name].find()]));
  let paths = found();
  const complete = () => names.every((name) => paths[name] !== null) && !lacksPgvector(paths);
  if (complete()) return paths;
  if (root && which("apt-get") !== null) {
    await withLock(installing, async () => {
      paths = found();
      const missing = names.filter((name) => paths[name] === null);
      if (missing.length > 0) await installDebian(missing.map((name) => programs[name].debian));
      paths = found();
      if (lacksPgvector(paths)) await installPgvector(paths.postgres, installDebian);
    });
    paths = found();
  }
  const still = names.filter((name) => paths[name] === null);
  if (still.length > 0) throw new Failure(howToInstall(still));
  if (lacksPgvector(paths)) throw new Failure(howToInstallPgvector(majorOf(paths.postgres)));
  return paths;
}

/** Without its extension a PostgreSQL is of no use here. */
function lacksPgvector({ postgres }) {
  return typeof postgres === "string" && !hasPgvector(postgres);
}

function howToInstallPgvector(major) {
  const command =
    process.platform === "darwin"
      ? "brew install pgvector"
      : `sudo apt-get install postgresql-${major}-pgvector`;
  return `The tests need pgvector for PostgreSQL ${major}. Install: ${command} (or ${programs.postgres.instead}).`;
}

function howToInstall(names) {
  const [command, packages] =
    process.platform === "darwin"
      ? ["brew install", names.map((name) => programs[name].brew)]
      : ["sudo apt-get install", names.map((name) => programs[name].debian)];
  const instead = names.map((name) => programs[name].instead).join("; ");
  return `The tests need ${names.join(" and ")}. Install: ${command} ${packages.join(" ")} (or ${instead}).`;
}

/** Without packages it only brings the lists of them up to date. */
async function installDebian(packages) {
  if (packages.length > 0) process.stdout.write(`Installing Debian packages: ${packages.join(" ")} …\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const failure = "Installing Debian packages failed";
  // Debian starts a server as it installs it; the tests start their own, on free ports.
  const policy = "/usr/sbin/policy-rc.d";
  const guarded = existsSync(policy);
  if (!guarded) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await capture("apt-get", ["update", "-q"], { env, failure });
    if (packages.length === 0) return;
    await capture("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...packages], {
      env,
      failure,
    });
  } finally {
    if (!guarded) rmSync(policy, { force: true });
  }
}
