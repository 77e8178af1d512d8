import { readdirSync, readFileSync } from "node:fs";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect, test } from "vitest";
import { tokenMeter } from "./tokens.ts";

const guides = readdirSync("docs")
  .filter((name) => name.endsWith(".md"))
  .map((name) => readFileSync(`docs/${name}`, "utf8"))
  .join("\n");

/** Estimate over count, in stretches as long as a chunk. */
function ratios(text: string): number[] {
  const tokens = tokenMeter(text);
  const starts = Array.from({ length: Math.ceil(text.length / 1100) }, (_, index) => index * 1100);
  return starts.map((start) => {
    const end = Math.min(text.length, start + 1100);
    return tokens(start, end) / countTokens(text.slice(start, end));
  });
}

test.each([
  ["prose and tables", guides, 1, 2.2],
  ["code", readFileSync("server/operations.ts", "utf8"), 1, 2],
  ["JSON", readFileSync("package-lock.json", "utf8").slice(0, 100_000), 0.9, 1.6],
  [
    "German",
    "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft begabt.",
    0.9,
    2,
  ],
  ["Russian", "Все люди рождаются свободными и равными в своем достоинстве и правах.", 0.9, 2],
  [
    "Chinese",
    "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    0.9,
    2,
  ],
  [
    "Japanese",
    "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
    0.9,
    2,
  ],
  ["Arabic", "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق، وقد وهبوا عقلاً وضميراً.", 0.9, 2],
  ["Hindi", "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।", 0.9, 2],
  ["emoji", "😀🎉🦖🧬🛠️🇩🇪".repeat(20), 0.8, 2],
  ["numbers", "3.14159 2.71828 1,234,567.89 2026-11-27T08:30:00Z 192.168.10.1 ".repeat(10), 0.8, 2],
  ["base64", Buffer.from(guides.slice(0, 3000)).toString("base64"), 0.7, 2],
])("%s: the estimate is close and leans high", (_, text, least, most) => {
  for (const ratio of ratios(text)) {
    expect(ratio).toBeGreaterThanOrEqual(least);
    expect(ratio).toBeLessThanOrEqual(most);
  }
});
