/**
 * Pages load the styles of those Mantine components alone that they show: app/mantine.css for all of them,
 * app/(dashboard)/mantine.css for the dashboard besides. What a component needs is read from Mantine's modules.
 */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

const packages = path.join(import.meta.dirname, "..", "node_modules", "@mantine");
const core = path.join(packages, "core", "esm");
const styles = path.join(packages, "core", "styles");
const always = ["baseline", "default-css-variables", "global"];

const read = (file: string) => readFileSync(file, "utf8");
const classNames = (text: string) => text.match(/\bm_[0-9a-f]{6,8}\b/g) ?? [];

function importedFromCore(text: string): string[] {
  const found = text.matchAll(/import \{([^}]*)\} from "@mantine\/core"/g);
  return [...found].flatMap(([, names = ""]) => names.split(",").map((one) => one.trim()));
}

const coreFiles = new Map(
  [...read(path.join(core, "index.mjs")).matchAll(/import \{([^}]*)\} from "(\.[^"]+)"/g)].flatMap(
    ([, names = "", to = ""]) => names.split(",").map((one) => [one.trim(), path.join(core, to)] as const),
  ),
);
const filesOfCore = (text: string) => importedFromCore(text).flatMap((name) => coreFiles.get(name) ?? []);

/** A module and all that it imports, added to `seen`. */
function follow(file: string, seen: Set<string>): void {
  if (seen.has(file)) return;
  seen.add(file);
  const text = read(file);
  for (const [, to = ""] of text.matchAll(/from "(\.[^"]+\.mjs)"/g)) {
    follow(path.join(path.dirname(file), to), seen);
  }
  for (const one of filesOfCore(text)) follow(one, seen);
}

function stylesNeededBy(sources: readonly string[]): string[] {
  const text = sources.map(read).join("\n");
  // What is loaded later names its package alone: all of it counts.
  const others = ["charts", "dropzone", "modals", "notifications", "spotlight"]
    .filter((name) => text.includes(`"@mantine/${name}"`))
    .map((name) => path.join(packages, name, "esm", "index.mjs"));
  const modules = new Set<string>();
  for (const file of [...filesOfCore(text), ...others]) follow(file, modules);
  const classes = new Set(
    [...modules].filter((file) => file.endsWith(".module.mjs")).flatMap((file) => classNames(read(file))),
  );
  return readdirSync(styles)
    .filter((file) => /^[A-Z].*\.layer\.css$/.test(file))
    .filter((file) => classNames(read(path.join(styles, file))).some((name) => classes.has(name)))
    .map((file) => file.replace(".layer.css", ""));
}

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".tsx"),
);
const needed = (wanted: (file: string) => boolean) =>
  stylesNeededBy(sources.filter(wanted).map((file) => path.join(import.meta.dirname, file)));
const imported = (file: string) =>
  [...read(path.join(import.meta.dirname, file)).matchAll(/core\/styles\/([\w-]+)\.layer\.css"/g)].map(
    ([, name = ""]) => name,
  );

const inDashboard = (file: string) => file.startsWith("(dashboard)");
const everywhere = needed((file) => !inDashboard(file));
const besides = needed(inDashboard).filter((name) => !everywhere.includes(name));

/** Later ones override earlier ones, so they stand as in Mantine's own file. */
function inOrder(names: readonly string[]): string[] {
  const all = read(path.join(packages, "core", "styles.layer.css"));
  const place = (name: string) => {
    const [first = name] = classNames(read(path.join(styles, `${name}.layer.css`)));
    return always.includes(name) ? always.indexOf(name) - always.length : all.indexOf(first);
  };
  return names.toSorted((one, other) => place(one) - place(other));
}

it("every page has the styles of what it shows, and no others", () => {
  expect(imported("mantine.css")).toEqual(inOrder([...always, ...everywhere]));
  expect(imported("(dashboard)/mantine.css")).toEqual(inOrder(besides));
});
