// npm start: install and build what changed, then the server.
import { foreground, main } from "./run.mjs";
import { ensureBuilt, ensureInstalled, projectEnv, projectNode, root } from "./setup.mjs";

await main(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const env = projectEnv({ NODE_ENV: "production" });
  const { code } = await foreground(projectNode(), ["server/main.ts"], { cwd: root, env });
  return code;
});
