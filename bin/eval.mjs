// npm run eval [-- --documents 500]: how good the search is, on documents that this machine has.
import { fileURLToPath } from "node:url";
import { foreground, main } from "./run.mjs";
import { projectEnv, projectNode, root } from "./setup.mjs";

await main(async () => {
  const script = fileURLToPath(new URL("../e2e/eval/main.ts", import.meta.url));
  const run = [script, ...process.argv.slice(2)];
  const { code } = await foreground(projectNode(), run, { cwd: root, env: projectEnv() });
  return code;
});
