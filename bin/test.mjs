// npm test: does its own set-up, runs every suite, and ends with one line over all of them.
//   npm test                        everything
//   npm test -- unit [filter …]         unit and integration tests on PGlite
//   npm test -- integration [filter …]  integration tests on PostgreSQL and Redis
//   npm test -- e2e [filter …]          journeys in a browser
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ensurePrograms } from "./programs.mjs";
import { readPlaywright, readVitest } from "./report.mjs";
import { Failure, foreground, main } from "./run.mjs";
import { startServers } from "./servers.mjs";
import { ensureBuilt, ensureInstalled, projectEnv, projectNode, root, say, tool } from "./setup.mjs";

const suites = {
  unit: { title: "Unit and integration tests on PGlite", run: (context) => vitest("pglite", context) },
  integration: {
    title: "Integration tests on PostgreSQL and Redis",
    needs: ["postgres", "redis"],
    run: (context) => vitest("postgres", context),
  },
  e2e: { title: "Journeys in Chromium", needs: ["chromium", "postgres", "redis"], run: playwright },
};

// A runner that is stopped leaves its temporary files: they are all in `scratch`, which goes at the end.
async function vitest(project, { filters, scratch, servers }) {
  const report = path.join(scratch, `${project}.json`);
  const args = ["run", "--project", project, "--reporter=default", "--reporter=json"];
  const env = {
    NODE_ENV: "test",
    TMPDIR: scratch,
    TEST_DATABASE_URL: servers?.databaseUrl ?? "",
    TEST_REDIS_URL: servers?.redisUrl ?? "",
  };
  return readVitest(
    await run("vitest", [...args, `--outputFile.json=${report}`, ...filters], env),
    read(report),
  );
}

async function playwright({ filters, scratch, servers, programs }) {
  await ensureBuilt();
  const report = path.join(scratch, "e2e.json");
  const env = {
    TMPDIR: scratch,
    CHROMIUM_PATH: programs.chromium,
    PLAYWRIGHT_JSON_OUTPUT_FILE: report,
    E2E_PORT: undefined,
    TEST_DATABASE_URL: servers?.databaseUrl ?? "",
    TEST_REDIS_URL: servers?.redisUrl ?? "",
  };
  return readPlaywright(
    await run("playwright", ["test", "--reporter=list,json", ...filters], env),
    read(report),
  );
}

async function run(name, args, env) {
  const options = { cwd: root, env: projectEnv(env) };
  const { code, signal } = await foreground(projectNode(), [tool(name), ...args], options);
  if (signal !== null) throw new Failure("Stopped.", 130);
  return code;
}

const read = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null);

await main(async () => {
  const [part, ...filters] = process.argv.slice(2);
  if (part !== undefined && !Object.hasOwn(suites, part)) {
    throw new Failure(
      `There is no part "${part}": npm test -- ${Object.keys(suites).join(" | ")} [filter …]`,
    );
  }
  const chosen = part === undefined ? Object.values(suites) : [suites[part]];
  const needs = chosen.flatMap((suite) => suite.needs ?? []);

  await ensureInstalled();
  const programs = await ensurePrograms(needs.filter((name) => name === "chromium"));
  const wantsServers = needs.includes("postgres");
  const servers = wantsServers ? await startServers() : null;
  const scratch = mkdtempSync(path.join(tmpdir(), "fltr-run-"));
  const total = { passed: 0, failed: 0 };
  const problems = [];
  try {
    for (const suite of chosen) {
      say(`\n— ${suite.title} —`);
      const result = await suite.run({ filters, scratch, servers, programs });
      total.passed += result.passed;
      total.failed += result.failed;
      problems.push(...result.problems.map((problem) => `${suite.title}: ${problem}`));
    }
  } finally {
    await servers?.stop();
    rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
  say("");
  for (const problem of problems) say(problem);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
});
