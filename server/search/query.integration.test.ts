import { beforeAll, describe, expect, test } from "vitest";
import { database, query } from "#db/client.ts";
import type { Reader } from "#server/dataset-access.ts";
import { removeChunks, storeChunks } from "#server/documents/store-chunks.ts";
import { setUpTestDatabase } from "#server/testing/database.ts";
import { fc } from "../testing/property.ts";
import { type Hit, searchDataset } from "./query.ts";

setUpTestDatabase();

type Section = { heading: string; text: string };

async function addDataset(id: string, ownerId: string | null, visibility: string): Promise<void> {
  if (ownerId) {
    await query(`insert into "user" (id, name, email) values ($1, $1, $1 || '@example.org')`, [ownerId]);
  }
  await query("insert into datasets (id, owner_id, name, visibility) values ($1, $2, $1, $3)", [
    id,
    ownerId,
    visibility,
  ]);
}

async function addDocument(
  datasetId: string,
  title: string,
  sections: Section[],
  state = "ready",
): Promise<void> {
  await query(
    `insert into documents (id, dataset_id, title, format, content_hash, size_bytes, state)
     values ($1, $2, $1, 'text', $1, 1, $3)`,
    [title, datasetId, state],
  );
  const chunks = sections.map(({ heading, text }, ordinal) => ({
    ordinal,
    headingPath: heading ? [title, heading] : [],
    start: ordinal * 1000,
    end: ordinal * 1000 + text.length,
    text,
  }));
  const db = await database();
  await db.transaction((tx) =>
    storeChunks(tx, { datasetId, documentId: title, language: "english", title, chunks }),
  );
}

function readerOf(accountId: string | null): Reader {
  if (accountId === null) return null;
  return {
    kind: "apiKey",
    accountId,
    credentialId: "",
    access: { allDatasets: true, callsPerHour: null, addresses: [] },
  };
}

async function search(
  text: string,
  datasetId = "kitchen",
  accountId: string | null = "cook",
): Promise<Hit[]> {
  const found = await searchDataset({ datasetId, reader: readerOf(accountId), query: text, depth: 10 });
  if (!found) throw new Error("the dataset cannot be read");
  return found.hits;
}

const titles = async (text: string) => [...new Set((await search(text)).map((hit) => hit.documentTitle))];

beforeAll(async () => {
  await addDataset("kitchen", "cook", "private");
  await addDataset("garage", "mechanic", "public");
  await addDataset("empty", null, "public");
  await addDocument("kitchen", "Bread", [
    { heading: "Kneading", text: "Knead the dough until it springs back, then let it rest in a warm place." },
    {
      heading: "Baking",
      text: "Loaves are baked on a hot stone. The internal temperature tells when they are done.",
    },
  ]);
  await addDocument("kitchen", "Soup", [
    {
      heading: "Stock",
      text: "Simmer bones and vegetables slowly. Baking the bones first gives colour to the stock.",
    },
    {
      heading: "",
      text: "To be or not to be salted: that is decided last. See recipes/soup.txt for quantities.",
    },
  ]);
  await addDocument("kitchen", "Knives", [
    {
      heading: "Sharpening",
      text: "A whetstone restores the edge; stone hot from the sun is no good. O'Brien's C:\\path is odd.",
    },
  ]);
  await addDocument("garage", "Engine", [
    { heading: "Pistons", text: "The dough of the piston ring, baked." },
  ]);
});

describe("finding", () => {
  test("stems: another form of a word matches", async () => {
    expect(await titles("kneaded")).toEqual(["Bread"]);
    expect(await titles("vegetable")).toEqual(["Soup"]);
  });

  test("plain words: stop words alone, parts of paths, names", async () => {
    expect((await search("to be or not to be"))[0]?.text).toContain("To be or not to be");
    expect(await titles("soup.txt")).toContain("Soup");
    expect(await titles("recipes")).toEqual(["Soup"]);
    expect(await titles("O'Brien")).toEqual(["Knives"]);
  });

  test("a quoted phrase comes before its scattered words, and falls back to them", async () => {
    expect((await search('"hot stone"'))[0]?.documentTitle).toBe("Bread");
    expect((await search('"stone hot"'))[0]?.documentTitle).toBe("Knives");
    expect(await titles('"warm vegetables"')).toEqual(expect.arrayContaining(["Bread", "Soup"]));
  });

  test("words that stand side by side come before the same words scattered, without quotes as well", async () => {
    expect(await titles("hot stone")).toEqual(["Bread", "Knives"]);
    expect(await titles("stone hot")).toEqual(["Knives", "Bread"]);
  });

  test("an unfinished word", async () => {
    expect((await titles("whet"))[0]).toBe("Knives");
    expect((await search("internal tempera"))[0]?.text).toContain("temperature");
  });

  test("typos", async () => {
    expect(await titles("temprature")).toEqual(["Bread"]);
    expect(await titles("vegtables")).toEqual(["Soup"]);
    expect(await titles("whetsotne sharpning")).toEqual(["Knives"]);
  });

  test("words run together, by the vectors", async () => {
    expect((await titles("internaltemperature"))[0]).toBe("Bread");
  });

  test("a word in the heading outranks the same word in the text", async () => {
    const hits = await search("baking");
    expect(hits.map((hit) => hit.documentTitle).slice(0, 2)).toEqual(["Bread", "Soup"]);
  });

  test("a hit says where it stands and how good it is", async () => {
    const [hit] = await search("dough");
    expect(hit).toMatchObject({ documentId: "Bread", headingPath: ["Bread", "Kneading"], start: 0, end: 72 });
    expect(hit?.chunkId).toMatch(/^\d+$/);
    expect(hit?.score).toBeGreaterThan(0);
    expect(hit?.score).toBeLessThanOrEqual(1);
    expect(await search("dough")).toEqual([hit]);
  });

  test("nothing near is nothing, and depth bounds the answer", async () => {
    expect(await search("xylophone")).toEqual([]);
    const reader = readerOf("cook");
    const [none, one] = [
      await searchDataset({ datasetId: "empty", reader: null, query: "bread", depth: 5 }),
      await searchDataset({ datasetId: "kitchen", reader, query: "stone", depth: 1 }),
    ];
    expect(none?.hits).toEqual([]);
    expect(one?.hits).toHaveLength(1);
  });
});

describe("who may read", () => {
  test("the owner, and anybody when it is public", async () => {
    expect(await search("piston", "garage", null)).toHaveLength(1);
    expect(await search("piston", "garage", "cook")).toHaveLength(1);
  });

  test("somebody else's private dataset answers as an unknown one", async () => {
    for (const accountId of [null, "mechanic", ""]) {
      expect(
        await searchDataset({ datasetId: "kitchen", reader: readerOf(accountId), query: "dough", depth: 5 }),
      ).toBeNull();
    }
    expect(
      await searchDataset({ datasetId: "nowhere\u0000", reader: readerOf("cook"), query: "dough", depth: 5 }),
    ).toBeNull();
  });

  test("no chunk of another dataset", async () => {
    expect(await titles("dough")).toEqual(["Bread"]);
    expect(await titles("piston")).toEqual([]);
  });
});

describe("any string is a query", () => {
  test.each([
    ["empty", ""],
    ["only operators", "& | ! <-> :* ( ) <2>"],
    ["open quote", '"hot stone'],
    ["quotes only", '""""'],
    ["SQL", "'; drop table chunks; --"],
    ["backslashes", "\\ \\' \\\\ C:\\path"],
    ["control characters", "dough\u0000\u0001\u001f\n\r\t"],
    ["half a surrogate pair", "dough \ud800"],
    ["emoji", "🍞🥖 👩‍🍳"],
    ["no spaces", "日本語の検索エンジン".repeat(50)],
    ["8 KB of words", "dough baked stone ".repeat(460)],
    ["one long word", "a".repeat(9000)],
    ["like patterns", "%_% dou%"],
  ])("%s", async (_, text) => {
    expect(Array.isArray(await search(text))).toBe(true);
  });

  test("whatever fast-check thinks of", async () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.constantFrom(
        '"',
        "'",
        "\\",
        "|",
        "&",
        "!",
        "<->",
        ":*",
        "(",
        "dough",
        "Baking",
        "the",
        "-",
        "a/b.c",
        "x@y.z",
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        for (const hit of await search(pieces.join(" "))) {
          expect(hit.score).toBeGreaterThanOrEqual(0);
          expect(hit.score).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 150 },
    );
  });
});

test("words of thousands of passages find those that hold several of them, and alone some of theirs", async () => {
  const byWords = async (text: string) => {
    const found = await searchDataset({
      datasetId: "kitchen",
      reader: readerOf("cook"),
      query: text,
      depth: 10,
      mode: "text",
    });
    return found?.hits.map(({ documentTitle }) => documentTitle);
  };
  const questions = ["hot stone", "stone", "hot stone whetstone"];
  const wanted = await Promise.all(questions.map(byWords));
  await query("update lexemes set chunk_count = chunk_count + 3000 where dataset_id = 'kitchen'");
  expect(await Promise.all(questions.map(byWords))).toEqual(wanted);
  await query("update lexemes set chunk_count = chunk_count - 3000 where dataset_id = 'kitchen'");
});

test("of a name with parts, half is not what was asked for", async () => {
  await addDocument("garage", "Manual", [
    {
      heading: "Torque",
      text: "Set MAX_TORQUE to 12. From release 2.10.3 on a twin-turbo engine wants more of it.",
    },
  ]);
  await addDocument("garage", "Notes", [
    {
      heading: "Rings",
      text: "A twin needs 2 rings, 10 bolts and 3 nuts. The max is told below, torque in the table.",
    },
  ]);
  for (const text of ["MAX_TORQUE", "release 2.10.3?", "what does a twin-turbo engine want", "(twin-turbo)"])
    expect((await search(text, "garage"))[0]?.documentTitle).toBe("Manual");
  for (const text of ["twin-turbo", "twin turbo", "twinturbo?", "twin-tubro?"])
    expect((await search(text, "garage"))[0]?.text).toContain("twin-turbo");
});

test("repeating words a thousand times gains nothing", async () => {
  await addDocument("garage", "Brake fluid", [
    {
      heading: "",
      text: "Brake fluid takes up water, so it is changed every two years. Brake pads last longer.",
    },
  ]);
  const stuffed = "brake fluid change ".repeat(60).trim();
  await addDocument(
    "garage",
    "Brake",
    [stuffed, stuffed].map((text) => ({ heading: "", text })),
  );
  for (const text of ["brake", "brake fluid", "brake fluid change", "when is brake fluid changed"])
    expect((await search(text, "garage"))[0]?.documentTitle).toBe("Brake fluid");
});

test("removing a document takes its words out of the lexicon", async () => {
  const lexicon = () =>
    query("select lexeme, chunk_count from lexemes where dataset_id = 'kitchen' order by lexeme");
  const before = await lexicon();
  await addDocument("kitchen", "Waffles", [
    { heading: "Iron", text: "Waffles need a hot iron and a rested dough." },
  ]);
  expect(await titles("waffle")).toEqual(["Waffles"]);
  expect(await lexicon()).not.toEqual(before);
  const db = await database();
  await db.transaction((tx) => removeChunks(tx, { datasetId: "kitchen", documentId: "Waffles" }));
  expect(await lexicon()).toEqual(before);
  expect(await titles("waffle")).toEqual([]);
});
