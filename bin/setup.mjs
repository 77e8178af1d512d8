// What every command needs before the project's own code can run: packages, the Node that runs
// TypeScript, and the production build. Plain JavaScript on Node's built-ins alone, because it runs on
// whatever Node the machine has and before anything is installed.
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { capture, Failure } from "./run.mjs";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, "node_modules");
const bin = path.join(modules, ".bin");
const windows = process.platform === "win32";

/** The oldest Node the launchers run on; the project itself runs on the `node` package. */
const oldestNode = 20;

/** Part of the build's key besides the sources: raise it when the build is made in another way. */
const buildRecipe = "1";
const buildInputs = [
  "app",
  "server",
  "db",
  "public",
  "docs",
  "env.ts",
  "proxy.ts",
  "next.config.ts",
  "next.config.mjs",
  "postcss.config.mjs",
  "postcss.config.cjs",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
];

export function say(line) {
  process.stdout.write(`${line}\n`);
}

const inRoot = (...parts) => path.join(root, ...parts);
const sha256 = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};
const readStamp = (file) => (existsSync(file) ? readFileSync(file, "utf8") : null);

/** The Node that runs the project: the `node` package's, else this one when it is as new. */
export function projectNode() {
  const own = path.join(modules, "node", "bin", windows ? "node.exe" : "node");
  if (existsSync(own)) return own;
  const wanted = wantedNodeMajor();
  return Number.parseInt(process.versions.node, 10) >= wanted ? process.execPath : null;
}

function wantedNodeMajor() {
  const { devDependencies } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  return Number.parseInt(devDependencies.node, 10);
}

/** The environment for the project's tools: its own Node and binaries come first on the PATH. */
export function projectEnv(extra = {}) {
  const node = projectNode();
  const front = node === null ? [bin] : [path.dirname(node), bin];
  return { ...process.env, ...extra, PATH: [...front, process.env.PATH ?? ""].join(path.delimiter) };
}

/** npm must not be run by the very Node it is about to replace. */
function machineEnv(extra = {}) {
  const rest = (process.env.PATH ?? "")
    .split(path.delimiter)
    .filter((folder) => !path.resolve(folder).startsWith(modules));
  return { ...process.env, ...extra, PATH: rest.join(path.delimiter) };
}

const require = createRequire(import.meta.url);
const inModules = (script) => () => path.join(modules, script);
const tools = {
  // By its name, so that it can be seen that the package is used: nothing imports it.
  biome: () => require.resolve("@biomejs/biome/bin/biome"),
  "drizzle-kit": inModules("drizzle-kit/bin.cjs"),
  knip: inModules("knip/bin/knip.js"),
  next: inModules("next/dist/bin/next"),
  playwright: inModules("@playwright/test/cli.js"),
  tsc: inModules("typescript/bin/tsc"),
  vitest: inModules("vitest/vitest.mjs"),
};

/** Path of a package's command line script, to be run by projectNode(); null for another word. */
export function tool(name) {
  return Object.hasOwn(tools, name) ? tools[name]() : null;
}

/** True when node_modules holds what package-lock.json says, whoever installed it. */
function installed(lockText, stamp) {
  if (projectNode() === null) return false;
  const stampFile = path.join(modules, ".fltr-lock");
  if (readStamp(stampFile) === stamp) return true;
  // npm writes this file last, so it exists only after an install that went through.
  const hidden = path.join(modules, ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const present = JSON.parse(readFileSync(hidden, "utf8")).packages;
  const wanted = JSON.parse(lockText).packages;
  for (const name of new Set([...Object.keys(wanted), ...Object.keys(present)])) {
    // Another platform's packages are in the lock and rightly absent.
    const spare = wanted[name]?.optional || wanted[name]?.devOptional;
    if (name === "" || (spare && present[name] === undefined)) continue;
    if (present[name]?.version !== wanted[name]?.version) return false;
  }
  writeFileSync(stampFile, stamp);
  return true;
}

export async function ensureInstalled() {
  if (Number.parseInt(process.versions.node, 10) < oldestNode) {
    throw new Failure(`Node ${oldestNode} or newer is needed; this is ${process.versions.node}.`);
  }
  const lockText = readFileSync(inRoot("package-lock.json"), "utf8");
  const stamp = sha256(lockText);
  if (installed(lockText, stamp)) return;
  await withLock(inRoot(".setup.lock"), async () => {
    if (installed(lockText, stamp)) return;
    const first = !existsSync(modules);
    if (!first && lstatSync(modules).isSymbolicLink()) {
      throw new Failure(
        "node_modules is a link to another checkout's: npm ci would empty it there. Remove the link.",
      );
    }
    say(first ? "Installing packages (first start only) …" : "Installing packages (they changed) …");
    const flags = ["--include=dev", "--no-engine-strict", "--no-audit", "--no-fund", "--loglevel=error"];
    // A user's NODE_ENV=production would leave out the packages that build.
    await capture("npm", ["ci", ...flags], {
      cwd: root,
      env: machineEnv({ NODE_ENV: "development" }),
      shell: windows,
      failure: "Installing packages failed",
    });
    if (projectNode() === null) await installNode();
    writeFileSync(path.join(modules, ".fltr-lock"), stamp);
  });
}

/** Where install scripts are switched off, npm leaves the `node` package without its program. */
async function installNode() {
  const folder = path.join(modules, "node");
  await capture(process.execPath, ["installArchSpecificPackage"], {
    cwd: folder,
    env: machineEnv(),
    failure: "Installing the project's Node failed",
  });
  if (projectNode() === null) {
    throw new Failure(`The project's Node ${wantedNodeMajor()} could not be installed into ${folder}.`);
  }
  const link = path.join(bin, "node");
  if (!windows && !existsSync(link)) symlinkSync("../node/bin/node", link);
}

function* files(entry) {
  const full = inRoot(entry);
  if (!existsSync(full)) return;
  if (statSync(full).isFile()) {
    yield entry;
    return;
  }
  for (const name of readdirSync(full).sort()) yield* files(`${entry}/${name}`);
}

function buildKey() {
  const hash = createHash("sha256").update(buildRecipe).update(process.platform).update(process.arch);
  for (const [name, value] of Object.entries(process.env).sort()) {
    if (name.startsWith("NEXT_PUBLIC_")) hash.update(`${name}=${value}\0`);
  }
  for (const entry of buildInputs) {
    for (const file of files(entry)) {
      if (/\.test\.tsx?$/.test(file) || file.startsWith("server/testing/")) continue;
      hash
        .update(file)
        .update("\0")
        .update(readFileSync(inRoot(file)))
        .update("\0");
    }
  }
  return hash.digest("hex");
}

/** Builds for production when the sources differ from those of the build that is there. */
export async function ensureBuilt({ force = false } = {}) {
  const stampFile = inRoot(".next", "fltr-build");
  if (!force && readStamp(stampFile) === buildKey()) return;
  await withLock(inRoot(".setup.lock"), async () => {
    // Read before the build: a file saved while it runs makes the next start build again.
    const key = buildKey();
    if (!force && readStamp(stampFile) === key) return;
    say(existsSync(inRoot(".next", "BUILD_ID")) ? "Building (the sources changed) …" : "Building …");
    rmSync(stampFile, { force: true });
    await capture(projectNode(), [tool("next"), "build"], {
      cwd: root,
      env: projectEnv({ NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" }),
      failure: "The build failed",
    });
    writeFileSync(stampFile, key);
  });
}
