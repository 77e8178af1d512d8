// The extension pgvector of a PostgreSQL on this machine: found, or on Debian installed. Where the release
// has no package for that PostgreSQL (Debian 12 has none for 15), it is built from a later release's source.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { capture, Failure } from "./run.mjs";

/** The first release with the source, and the key that signs it; both come with Debian 12 already. */
const release = "trixie";
const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

const ask = (program, ...args) => execFileSync(program, args, { encoding: "utf8" }).trim();

/** Where the server in `bin` keeps its extensions; Debian's and Homebrew's pg_config stand beside it. */
function placesOf(bin) {
  const config = `${bin}/pg_config`;
  if (!existsSync(config)) return null;
  return { config, share: ask(config, "--sharedir"), lib: ask(config, "--pkglibdir") };
}

export function majorOf(bin) {
  return Number(/(\d+)/.exec(ask(`${bin}/postgres`, "--version"))?.[1]);
}

/** The library is what an installation writes last. */
export function hasPgvector(bin) {
  const places = placesOf(bin);
  // Nothing says where it would be; PostgreSQL itself says whether it is there.
  if (places === null) return true;
  const library = ["vector.so", "vector.dylib"].some((name) => existsSync(`${places.lib}/${name}`));
  return library && existsSync(`${places.share}/extension/vector.control`);
}

/** As root on Debian. `install` installs Debian packages. */
export async function installPgvector(bin, install) {
  const major = majorOf(bin);
  const packaged = `postgresql-${major}-pgvector`;
  if (candidateOf(packaged) === null) await install([]);
  if (candidateOf(packaged) !== null) return install([packaged]);
  const server = `postgresql-server-dev-${major}`;
  await install([server, "gcc", "libc6-dev", "make"]);
  process.stdout.write(`Building pgvector for PostgreSQL ${major} …\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "fltr-pgvector-"));
  try {
    await build(folder, `${bin}/pg_config`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The version that would be installed; null when the package lists have no such package. */
function candidateOf(name) {
  const policy = ask("apt-cache", "policy", name);
  const candidate = /Candidate: (\S+)/.exec(policy)?.[1] ?? "(none)";
  return candidate === "(none)" ? null : candidate;
}

async function build(folder, config) {
  await fetchSource(folder);
  const archive = readdirSync(folder).find((name) => /^pgvector_.*\.orig\.tar\.\w+$/.test(name));
  if (archive === undefined) throw new Failure("Debian's source of pgvector holds no archive.");
  const source = path.join(folder, "source");
  mkdirSync(source);
  const failure = "Building pgvector failed";
  await capture("tar", ["-xf", path.join(folder, archive), "-C", source, "--strip-components=1"], {
    failure,
  });
  // No OPTFLAGS: what is built runs on any machine of its kind. It picks the faster instructions at run time.
  const make = ["-C", source, "OPTFLAGS=", `PG_CONFIG=${config}`];
  await capture("make", [...make, `-j${availableParallelism()}`], { failure });
  await capture("make", [...make, "install"], { failure });
}

/** With package lists of its own, so that the machine's stay those of its release. */
async function fetchSource(folder) {
  const lists = path.join(folder, "lists");
  mkdirSync(path.join(lists, "partial"), { recursive: true });
  const sources = path.join(folder, "sources.list");
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : "";
  writeFileSync(sources, `deb-src ${signed}${mirror()} ${release} main\n`);
  const options = [
    `Dir::Etc::SourceList=${sources}`,
    "Dir::Etc::SourceParts=/dev/null",
    `Dir::State::Lists=${lists}`,
    // Otherwise apt's own user would have to be able to read the folder.
    "APT::Sandbox::User=root",
  ].flatMap((option) => ["-o", option]);
  const failure = "Fetching the source of pgvector failed";
  await capture("apt-get", [...options, "update", "-q"], { failure });
  await capture("apt-get", [...options, "source", "-q", "--download-only", "pgvector"], {
    cwd: folder,
    failure,
  });
}

/** Where this machine gets its Debian packages from. */
function mirror() {
  const format = "$(REPO_URI) $(ORIGIN) $(CODENAME)";
  const targets = ask("apt-get", "indextargets", "--format", format).split("\n");
  const [uri] =
    targets
      .map((line) => line.split(" "))
      .find(([, origin, name]) => {
        return origin === "Debian" && name !== undefined && !name.includes("-");
      }) ?? [];
  if (uri === undefined) throw new Failure("This machine's package lists name no Debian mirror.");
  return uri;
}
