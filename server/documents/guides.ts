/**
 * The demo dataset, made at start from the project's own guides, so that a first search needs no upload.
 * It belongs to the installation, is public, and follows the guides when they change.
 */
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { database } from "#db/client.ts";
import { datasets } from "#db/schema/documents.ts";
import { createDocuments } from "./create.ts";

const guidesDatasetId = "ds_00000000guides";

export async function seedGuides(folder = process.cwd()): Promise<void> {
  const db = await database();
  await db
    .insert(datasets)
    .values({
      id: guidesDatasetId,
      ownerId: null,
      name: "FLTR guides",
      description:
        "The guides of FLTR itself: how to authenticate, what limits and credits are, how to search.",
      visibility: "public",
    })
    .onConflictDoNothing();
  const paths = await guidePaths(folder);
  if (paths.length === 0) return;
  await createDocuments({
    datasetId: guidesDatasetId,
    items: await Promise.all(
      paths.map(async (path) => ({
        fileName: basename(path),
        externalId: path,
        mediaType: "text/markdown",
        content: new Uint8Array(await readFile(join(folder, path))),
      })),
    ),
  });
}

/** An installation may be shipped without its guides. */
async function guidePaths(folder: string): Promise<string[]> {
  const docs = await readdir(join(folder, "docs")).catch(() => []);
  const top = (await readdir(folder)).filter((name) => name === "README.md");
  return [...top, ...docs.filter((name) => name.endsWith(".md")).map((name) => join("docs", name))].sort();
}
