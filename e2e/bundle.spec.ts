/** First-load JavaScript of each page, gzipped, as the build's manifests have it: within bundle-budget.ts. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { z } from "zod";
import { budgetKilobytes } from "./bundle-budget.ts";

const build = path.join(import.meta.dirname, "..", ".next");
const pages = path.join(build, "server", "app");
const manifestName = "page_client-reference-manifest.js";

const manifestsSchema = z.record(
  z.string(),
  z.object({ entryJSFiles: z.record(z.string(), z.array(z.string())) }),
);
const mainSchema = z.object({ rootMainFiles: z.array(z.string()).min(1) });

const sizes = new Map<string, number>();

function gzipped(file: string): number {
  const known = sizes.get(file) ?? gzipSync(readFileSync(path.join(build, file))).length;
  sizes.set(file, known);
  return known;
}

/** Kilobytes by page, as its folders in app/ name it. */
function firstLoads(): Record<string, number> {
  const { rootMainFiles } = mainSchema.parse(
    JSON.parse(readFileSync(path.join(build, "build-manifest.json"), "utf8")),
  );
  const files = readdirSync(pages, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(manifestName),
  );
  return Object.fromEntries(
    files.flatMap((file) => {
      const scope = { __RSC_MANIFEST: {} };
      runInNewContext(readFileSync(path.join(pages, file), "utf8"), { globalThis: scope });
      const manifests = manifestsSchema.parse(scope.__RSC_MANIFEST);
      return Object.entries(manifests).map(([page, { entryJSFiles }]) => {
        const scripts = new Set([...rootMainFiles, ...Object.values(entryJSFiles).flat()]);
        const bytes = [...scripts].reduce((total, script) => total + gzipped(script), 0);
        return [page.replace(/\/page$/, "") || "/", Math.round(bytes / 1_000)] as const;
      });
    }),
  );
}

test("no page loads more JavaScript than its budget, and each has one", () => {
  const loads = firstLoads();
  expect(Object.keys(loads).sort()).toEqual(Object.keys(budgetKilobytes).sort());
  const over = Object.entries(budgetKilobytes).filter(([page, budget]) => (loads[page] ?? 0) > budget);
  expect(over.map(([page, budget]) => `${page}: ${loads[page]} kB of ${budget}`)).toEqual([]);
});
