// Running other programs: quietly with the log's tail on failure, or in the foreground with signals
// passed on.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import path from "node:path";

/** A failure to be told in its message alone; a stack trace would help nobody. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

const headLines = 10;
const tailLines = 40;
const ended = (code, signal) => (signal === null ? code : 128 + constants.signals[signal]);

/** The cause is at the end of most logs, but npm tells it first and its usage after. */
function excerpt(output) {
  const lines = output.trimEnd().split("\n");
  const left = lines.length - headLines - tailLines;
  if (left > 0) lines.splice(headLines, left, "…");
  return `${lines.join("\n")}\n`;
}

/** Runs a program silently. When it fails: the end of what it printed, then a Failure in one line. */
export async function capture(file, args, { failure, ...options }) {
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  const keep = (chunk) => {
    output = (output + chunk).slice(-200_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const stop = passSignals(child);
  const { code, error } = await finish(child);
  stop();
  if (stop.signal !== null) throw new Failure("Stopped.", 128 + constants.signals[stop.signal]);
  if (error === undefined && code === 0) return output;
  process.stderr.write(excerpt(output));
  throw new Failure(`${failure} (${error?.message ?? `${path.basename(file)} ended with ${code}`}).`);
}

/**
 * Runs a program in the foreground and answers its exit code. It gets a process group of its own, so
 * that Ctrl-C reaches it once (from here) and not twice (from the terminal as well); but then it cannot
 * read the terminal: a program that asks questions is `interactive` and hears Ctrl-C by itself.
 */
export async function foreground(file, args, { interactive = false, ...options } = {}) {
  const detached = !interactive && process.platform !== "win32";
  const child = spawn(file, args, { stdio: "inherit", detached, ...options });
  const stop = passSignals(child, interactive ? ["SIGINT"] : []);
  const { code, error } = await finish(child);
  stop();
  if (error !== undefined) throw new Failure(`${file} could not be run (${error.message}).`);
  return { code, signal: stop.signal };
}

function finish(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, error }));
    child.once("close", (code, signal) => resolve({ code: ended(code, signal) }));
  });
}

function passSignals(child, kept = []) {
  let last = 0;
  const pass = (signal) => {
    stop.signal ??= signal;
    // npm passes on what the terminal has already sent; only a second wish of the person counts.
    if (kept.includes(signal) || Date.now() - last < 500) return;
    last = Date.now();
    child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, pass);
  const stop = () => {
    for (const signal of signals) process.removeListener(signal, pass);
  };
  stop.signal = null;
  return stop;
}

/** Runs a command's main function; a Failure becomes one line and its exit code. */
export async function main(command) {
  try {
    process.exitCode = await command();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}
