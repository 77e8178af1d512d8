/**
 * Starts the process; what keeps it from starting is told in one line, with an exit code that is not 0.
 * Everything else is imported here at run time, so that a wrong setting is told the same way.
 */
try {
  await import("#db/mended-driver.ts");
  const { start } = await import("./process.ts");
  await start();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** By name: the class itself comes from the module that may be what failed. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return `FLTR could not start: ${error}`;
  if (error.name === "ConfigurationError") return error.message;
  return `FLTR could not start: ${error.stack ?? error.message}`;
}
