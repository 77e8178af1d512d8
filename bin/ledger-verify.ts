// npm run ledger:verify: checks every invariant of the ledger and its hash chain, on DATABASE_URL or on
// the embedded data folder while no server holds it. One line for each fault. Exit code 1: faults were
// found; 2: it could not be looked at.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { closeDatabase } from "#db/client.ts";
import { ConfigurationError, env } from "#env";
import { verifyLedger } from "#server/ledger-verify.ts";

try {
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`The ledger was not checked. ${error.message}\n`);
  process.exitCode = 2;
}

async function run(): Promise<number> {
  const folder = join(env.DATA_DIR, "db");
  if (env.embedded && !existsSync(join(folder, "pglite"))) {
    throw new ConfigurationError(`There is no ledger in ${folder}, and DATABASE_URL is not set.`);
  }
  try {
    const { faults, more, counted } = await verifyLedger({ served: !env.embedded });
    for (const { check, place, detail } of faults) process.stdout.write(`${check}: ${place}: ${detail}\n`);
    if (more) process.stdout.write("… and more of the same\n");
    const { accounts, entries, holds, receipts, credits, held } = counted;
    const looked = `${accounts} accounts, ${entries} entries, ${holds} holds, ${receipts} receipts; ${credits} credits, ${held} held`;
    process.stdout.write(
      faults.length === 0
        ? `The ledger is right: ${looked}.\n`
        : `The ledger is wrong in ${faults.length} places: ${looked}.\n`,
    );
    return faults.length === 0 ? 0 : 1;
  } finally {
    await closeDatabase();
  }
}
