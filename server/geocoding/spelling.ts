/**
 * One form for the many ways a city's name is written: without case, accents and punctuation, "Saint" as
 * "st". Where a language writes an accent with two letters (München, Muenchen) both forms are looked for.
 * Pure; what it makes is stored, so a change of it needs the gazetteer to be loaded anew.
 */
const letters: Record<string, string> = {
  ß: "ss",
  ø: "o",
  æ: "ae",
  œ: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
  "’": "",
  "'": "",
  "`": "",
  ʻ: "",
  ʼ: "",
};

const pairs: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", å: "aa", ø: "oe" };

/** Empty for a text without a letter. */
export function normalise(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[ßøæœłđðþı’'`ʻʼ]/g, (letter) => letters[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .replaceAll(/\b(saint|sankt|sint|szent)\b/g, "st");
}

/** Every form that a name is stored or looked for under, the plain one first. */
export function spellingsOf(name: string): string[] {
  const lower = name.normalize("NFC").toLowerCase();
  const paired = lower.replaceAll(/[äöüåø]/g, (letter) => pairs[letter] ?? letter);
  return [...new Set([normalise(name), normalise(paired)])].filter(Boolean);
}
