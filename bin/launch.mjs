// node bin/launch.mjs [--built] <tool or file> [arguments]: runs one of the project's tools, or a file
// by the project's own Node, after the set-up that it needs. `--build` alone makes the build anew.
import { Failure, foreground, main } from "./run.mjs";
import { ensureBuilt, ensureInstalled, projectEnv, projectNode, root, tool } from "./setup.mjs";

await main(async () => {
  const args = process.argv.slice(2);
  await ensureInstalled();
  if (args[0] === "--build") {
    await ensureBuilt({ force: true });
    return 0;
  }
  if (args[0] === "--built") {
    args.shift();
    await ensureBuilt();
  }
  const [command, ...rest] = args;
  if (command === undefined)
    throw new Failure("Usage: node bin/launch.mjs [--built] <tool or file> [arguments]");
  const script = tool(command);
  const run = script === null ? args : [script, ...rest];
  const interactive = script !== null;
  const { code } = await foreground(projectNode(), run, { cwd: root, env: projectEnv(), interactive });
  return code;
});
