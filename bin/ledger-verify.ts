// npm run ledger:verify: checks every invariant of the ledger and its hash chain, on DATABASE_URL or on
// the embedded data folder while no server holds it. One line for each fault. Exit code 1: faults were
// found; 2: it could not be looked at.
import { existsSync } from "node:fs";
import { join } from "node:path";

const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  process.exitCode = await run();
} catch (error) {
  // By name: with a wrong setting the module of the class itself does not load.
  if (!(error instanceof Error) || error.name !== "ConfigurationError") throw error;
  process.stderr.write(`The ledger was not checked. ${error.message}\n`);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const { ConfigurationError, env } = await import("#env");
  const { closeDatabase } = await import("#db/client.ts");
  const { verifyLedger } = await import("#server/ledger-verify.ts");
  const folder = join(env.DATA_DIR, "db");
  if (env.embedded && !existsSync(join(folder, "pglite"))) {
    throw new ConfigurationError(`There is no ledger in ${folder}, and DATABASE_URL is not set.`);
  }
  try {
    // Nothing releases holds in a data folder while no server runs on it.
    const { faults, more, counted } = await verifyLedger({ served: !env.embedded });
    for (const { check, place, detail } of faults) say(`${check}: ${place}: ${detail}`);
    if (more) say("… and more of the same");
    const { accounts, entries, holds, receipts, credits, held } = counted;
    const looked = `${accounts} accounts, ${entries} entries, ${holds} holds, ${receipts} receipts; ${credits} credits, ${held} held`;
    const right = faults.length === 0;
    say(
      right
        ? `The ledger is right: ${looked}.`
        : `The ledger is wrong in ${faults.length} places: ${looked}.`,
    );
    return right ? 0 : 1;
  } finally {
    await closeDatabase();
  }
}
