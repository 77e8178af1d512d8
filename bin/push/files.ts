/**
 * The files of a folder that are to be pushed: regular ones, none that is hidden, that .gitignore or .fltrignore
 * leaves out, or that lies behind a link, which could lead in a circle or out of the folder.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import ignore, { type Ignore } from "ignore";
import { PushFailure } from "./api.ts";

export type LocalFile = {
  /** With slashes, below the folder. */
  readonly path: string;
  readonly absolute: string;
  readonly sizeBytes: number;
};

const ignoreFiles = [".gitignore", ".fltrignore"];

type Rules = { readonly base: string; readonly ignore: Ignore };

/** In the order of their paths. */
export async function listFiles(folder: string): Promise<LocalFile[]> {
  if (!(await stat(folder).catch(() => null))?.isDirectory())
    throw new PushFailure(`There is no folder ${folder}.`);
  const found: LocalFile[] = [];
  const visit = async (below: string, above: readonly Rules[]): Promise<void> => {
    const here = join(folder, below);
    const rules = [...above, ...(await rulesOf(here, below))];
    const entries = await readdir(here, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = below ? `${below}/${entry.name}` : entry.name;
      if (entry.name.startsWith(".") || entry.isSymbolicLink()) continue;
      if (isIgnored(entry.isDirectory() ? `${path}/` : path, rules)) continue;
      if (entry.isDirectory()) await visit(path, rules);
      else if (entry.isFile()) {
        const absolute = join(folder, path);
        // It may have gone since the folder was listed.
        const file = await stat(absolute).catch(() => null);
        if (file) found.push({ path, absolute, sizeBytes: file.size });
      }
    }
  };
  await visit("", []);
  return found;
}

async function rulesOf(here: string, below: string): Promise<Rules[]> {
  const rules: Rules[] = [];
  for (const name of ignoreFiles) {
    const lines = await readFile(join(here, name), "utf8").catch(() => null);
    if (lines !== null) rules.push({ base: below ? `${below}/` : "", ignore: ignore().add(lines) });
  }
  return rules;
}

/** The last rule that speaks of a path decides, and those of deeper folders come last (gitignore(5)). */
function isIgnored(path: string, rules: readonly Rules[]): boolean {
  let ignored = false;
  for (const { base, ignore } of rules) {
    const verdict = ignore.test(path.slice(base.length));
    if (verdict.ignored) ignored = true;
    else if (verdict.unignored) ignored = false;
  }
  return ignored;
}

/** SHA-256, hex, as the server's contentHash. Null: it is gone, or may not be read. */
export async function hashOf({ absolute }: LocalFile): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    await pipeline(createReadStream(absolute), hash);
  } catch {
    return null;
  }
  return hash.digest("hex");
}
