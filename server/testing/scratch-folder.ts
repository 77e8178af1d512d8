/**
 * Vitest global set-up: one temporary folder for all test files of a run, so that what is dear to make
 * (a migrated database) is made once. Nothing of it outlives the run.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "fltr-test-"));
  project.provide("scratchFolder", folder);
  return () => rm(folder, { recursive: true, force: true });
}
