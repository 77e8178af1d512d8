// npm run push -- DIR --dataset ID [--delete] [--watch] …: makes a dataset hold what a folder holds, over the
// REST API of the server that FLTR_URL names, with the key in FLTR_KEY. `--help` tells the options.
import path from "node:path";
import { parseArgs } from "node:util";
import { PushFailure } from "./push/api.ts";
import { push } from "./push/push.ts";
import { watchFolder } from "./push/watch.ts";
import { Failure, main } from "./run.mjs";

const usage = `Usage: npm run push -- DIR --dataset ID [options]

Sends the files of DIR into a dataset: new and changed ones alone, each under its path as externalId.
What .gitignore and .fltrignore leave out stays here, and so do hidden files.

  --dataset ID     the dataset, or FLTR_DATASET
  --prefix PATH    put in front of every path, for several folders in one dataset
  --delete         delete documents under the prefix whose file is gone
  --force          with --delete: also when that would be most of them
  --watch          go on, and send what changes
  --no-wait        do not wait until the server has read what was sent
  --concurrency N  requests at once, 1 to 8 (3)
  --dry-run        tell what would be done

FLTR_URL is the server (http://localhost:3000), FLTR_KEY an API key with mcp:tools and mcp:create.
Exit code: 0 when all is there, 1 when files were refused or not read, 2 for wrong options, 3 when the
server or the key does not serve.`;

function readArguments() {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        dataset: { type: "string" },
        prefix: { type: "string", default: "" },
        delete: { type: "boolean", default: false },
        force: { type: "boolean", default: false },
        watch: { type: "boolean", default: false },
        "no-wait": { type: "boolean", default: false },
        concurrency: { type: "string", default: "3" },
        "dry-run": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new Failure(`${error.message.split(". ", 1)[0]}.\n\n${usage}`, 2);
  }
  const { values, positionals } = parsed;
  if (values.help) throw new Failure(usage, 0);
  const datasetId = values.dataset ?? process.env.FLTR_DATASET;
  const concurrency = Number(values.concurrency);
  if (positionals.length !== 1) throw new Failure(`Name one folder.\n\n${usage}`, 2);
  if (!datasetId) throw new Failure("Name a dataset: --dataset ID, or FLTR_DATASET.", 2);
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 8) {
    throw new Failure("--concurrency is a number from 1 to 8.", 2);
  }
  const key = process.env.FLTR_KEY?.trim();
  if (!key) throw new Failure("Set FLTR_KEY to an API key with the scopes mcp:tools and mcp:create.", 2);
  const url = process.env.FLTR_URL?.trim() || "http://localhost:3000";
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ""))
    throw new Failure(`FLTR_URL is no address: ${url}`, 2);
  const prefix = values.prefix && !values.prefix.endsWith("/") ? `${values.prefix}/` : values.prefix;
  return {
    url,
    key,
    datasetId,
    concurrency,
    prefix,
    // npm changes the folder; people mean the one they stand in.
    folder: path.resolve(process.env.INIT_CWD ?? process.cwd(), positionals[0]),
    deletes: values.delete,
    force: values.force,
    waits: !values["no-wait"],
    watches: values.watch,
    dryRun: values["dry-run"],
  };
}

await main(async () => {
  const options = readArguments();
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143 })) {
    process.on(signal, () => {
      process.stderr.write("\nStopped. Run it again to go on where it stopped.\n");
      process.exit(code);
    });
  }
  try {
    const { refused } = await push(options);
    if (options.watches) await watchFolder(options);
    return refused > 0 ? 1 : 0;
  } catch (error) {
    if (error instanceof PushFailure) throw new Failure(error.message, 3);
    throw error;
  }
});
