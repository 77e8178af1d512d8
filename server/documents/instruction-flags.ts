/**
 * Text that looks as if it gave orders to the model that reads it (prompt injection). Each rule knows one
 * sign and its weight; signs that a manual may well show count little and only together. What is found is
 * no proof: it is shown to the owner of the dataset, who approves or redacts it.
 */
import { createHash } from "node:crypto";

export type PassageFlag = {
  /** What it looks like, in words for the owner. */
  reason: string;
  /** Offsets of the paragraphs that hold the signs. */
  start: number;
  end: number;
  /** Of their words, in any spacing: a decision on them holds wherever they stand. */
  hash: string;
};

/** Of lower-case text. Without one of `needs` in it, which is quickly seen, the pattern is not tried. */
type Rule = { weight: 1 | 2 | 3; sign: string; needs: readonly string[]; pattern: RegExp };

const enough = 3;

const setAside = "asks to set earlier instructions aside";
const otherRole = "gives the reader another role";
const keptSecret = "wants something kept from the user";

const rules: readonly Rule[] = [
  {
    weight: 3,
    sign: setAside,
    needs: ["ignor", "disregard", "forget", "overrid", "bypass", "discard", "do not follow", "do not obey"],
    pattern:
      /\b(?:ignore|disregard|forget|override|bypass|discard|do not (?:follow|obey))\b[^.!?;\n]{0,30}\b(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|system|your)\b[^.!?;\n]{0,20}\b(?:instructions?|prompts?|directions?|directives?|guidelines|programming|orders|safety rules)\b/g,
  },
  {
    weight: 3,
    sign: setAside,
    needs: [
      "ignor",
      "oubli",
      "olvid",
      "omit",
      "dimentic",
      "esque",
      "desconsider",
      "negeer",
      "vergeet",
      "vergiss",
      "vergessen",
      "missacht",
      "zignor",
      "zapomn",
      "pomiń",
    ],
    pattern: new RegExp(
      [
        String.raw`\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)\b[^.!?\n]{0,40}\b(?:vorherig|bisherig|früher|obig|vorangegangen|vorhergehend)\w*\s+(?:anweisung|instruktion|befehl|vorgabe|regel|prompt)`,
        String.raw`\b(?:ignor(?:e[rz]?|ons)|oubli(?:e[rz]?|ons))\b[^.!?\n]{0,40}(?:instructions|consignes|directives|règles)[^.!?\n]{0,10}(?:précédent|antérieur|ci-dessus)`,
        String.raw`\b(?:ignor[ae]\w*|olvid[ae]\w*|omit[ae]\w*)\b[^.!?\n]{0,40}(?:instrucciones|indicaciones|órdenes|reglas)\s+(?:anteriores|previas)`,
        String.raw`\b(?:ignor[ai]\w*|dimentic\w+)\b[^.!?\n]{0,40}(?:istruzioni|indicazioni|regole)\s+precedenti`,
        String.raw`\b(?:ignore\w*|esqueça\w*|desconsidere\w*)\b[^.!?\n]{0,40}(?:instruções|orientações|regras)\s+(?:anteriores|prévias)`,
        String.raw`\b(?:negeer|vergeet)\b[^.!?\n]{0,40}(?:vorige|eerdere|voorgaande|bovenstaande)\s+(?:instructies|opdrachten|aanwijzingen)`,
        String.raw`(?:zignoruj|zapomnij|pomiń)[^.!?\n]{0,40}(?:poprzedni|wcześniejsz)\S*\s+(?:instrukc|polece)`,
      ].join("|"),
      "g",
    ),
  },
  {
    weight: 3,
    sign: setAside,
    needs: [
      "инструкц",
      "указани",
      "команд",
      "правил",
      "önceki",
      "yukarıdaki",
      "指令",
      "指示",
      "提示",
      "说明",
      "說明",
      "规则",
      "規則",
      "命令",
      "プロンプト",
      "ルール",
      "지시",
      "명령",
      "프롬프트",
      "지침",
      "التعليمات",
      "الأوامر",
      "الإرشادات",
      "निर्देश",
      "आदेश",
    ],
    pattern: new RegExp(
      [
        String.raw`(?:игнорируй|проигнорируй|забудь|не обращай внимания)[^.!?\n]{0,50}(?:предыдущ|прежн|вышеуказанн)\S*\s+(?:инструкц|указани|команд|правил)`,
        String.raw`(?:önceki|yukarıdaki)[^.!?\n]{0,20}(?:talimat|komut|yönerge)\S*[^.!?\n]{0,15}(?:unut|yok say|görmezden)`,
        String.raw`(?:忽略|无视|忘记|忘掉|不要理会|忽視|無視)[^。！？\n]{0,16}(?:之前|以上|先前|前面|上述|所有)[^。！？\n]{0,8}(?:指令|指示|提示|说明|說明|规则|規則|命令)`,
        String.raw`(?:以前|これまで|上記|先の|前)の[^。！？\n]{0,10}(?:指示|命令|プロンプト|ルール)[^。！？\n]{0,10}(?:無視|忘れ)`,
        String.raw`(?:이전|위의|앞의|지금까지)[^.!?\n]{0,12}(?:지시|명령|프롬프트|지침)[^.!?\n]{0,10}(?:무시|잊)`,
        String.raw`(?:تجاهل|انس|تجاهلوا)[^.!؟\n]{0,25}(?:التعليمات|الأوامر|الإرشادات)[^.!؟\n]{0,15}(?:السابقة|أعلاه)`,
        String.raw`(?:पिछले|पूर्व|ऊपर)[^।!?\n]{0,15}(?:निर्देश|आदेश)[^।!?\n]{0,20}(?:अनदेखा|भूल|नज़रअंदाज़|अनदेखी)`,
      ].join("|"),
      "gu",
    ),
  },
  {
    weight: 3,
    sign: "has marks that separate the roles of a conversation",
    needs: ["<|", "[inst]", "[/inst]", "<<", "_of_turn>", "<system", "</system"],
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\|>|\[\/?inst\]|<<\/?sys>>|<(?:start|end)_of_turn>|<\/?system[_-](?:prompt|message|reminder|instructions?)>|^<\/?system>$/gm,
  },
  {
    weight: 3,
    sign: "claims to be a message of the system",
    needs: ["system", "developer", "admin", "hidden", "secret", "instruction", "prompt"],
    pattern:
      /\b(?:begin|start|end) (?:of )?(?:system|admin|administrator|developer|hidden|secret) (?:prompt|message|instructions?|override)\b|\[(?:system|admin|developer) (?:message|note|override|prompt)\]|\b(?:new|updated|real|actual) (?:system )?(?:prompt|instructions?) (?:for (?:you|the (?:ai|model|assistant))|from (?:the )?(?:system|developer|admin))/g,
  },
  {
    weight: 3,
    sign: "asks for the system prompt",
    needs: ["prompt", "instructions"],
    pattern:
      /\b(?:reveal|print|repeat|output|show|leak|disclose|display|tell me|write out)\b[^.!?\n]{0,40}\b(?:your|the) (?:system|initial|hidden|original|secret) (?:prompt|instructions)\b/g,
  },
  {
    weight: 3,
    sign: "speaks to a model that reads it",
    needs: ["ai", "llm", "model", "assistant", "agent", "bot", "claude", "gpt", "gemini", "copilot"],
    pattern:
      /\b(?:if|since|because) you(?: a|')re (?:an? |the )?(?:(?:ai|llm|gpt|language|chat)[- ]?(?:models?|assistants?|chat ?bots?|agents?)?|assistant|agent|chatgpt|claude|gemini|copilot)\b|\b(?:attention|note|message|instructions?|notice|important)\b[^.!?\n]{0,20}\b(?:to|for)\s+(?:the |all |any |every )?(?:ai|llm|language)[- ]?(?:models?|assistants?|agents?|chat ?bots?|systems?)\b[^!?\n]{0,60}\b(?:you|must|ignore)\b|\b(?:ai|llm|language)[- ]?(?:models?|assistants?|agents?|systems?)\b[^.!?\n]{0,20}\b(?:reading|processing|summari[sz]ing|parsing|viewing) this\b/g,
  },
  {
    weight: 2,
    sign: otherRole,
    needs: [
      "you are ",
      "from now",
      "from this point",
      " mode ",
      "du bist",
      "tu es",
      "vous êtes",
      "ahora eres",
      "ты теперь",
      "你现在是",
      "あなたは今から",
    ],
    pattern:
      /\byou are (?:now|no longer|from now on) (?!ready\b|able\b|done\b|set\b|free\b|logged\b|signed\b|connected\b|in the\b|on the\b|at the\b|using\b|running\b|finished\b)|\bfrom (?:now|this point) on,? (?:you|respond|answer|act|always)\b|\b(?:developer|god|dan|jailbreak|unrestricted) mode (?:enabled|activated|is (?:now )?(?:on|active))|\bdu bist (?:ab )?jetzt (?:ein|kein|der|die)\b|\b(?:tu es|vous êtes) (?:maintenant|désormais) un|\bahora eres un|ты теперь |你现在是|あなたは今から/g,
  },
  {
    weight: 1,
    sign: otherRole,
    needs: ["pretend", "act as", "roleplay", "your new"],
    pattern:
      /\b(?:pretend (?:to be|(?:that )?you are)|act as (?:if you|an? (?:unrestricted|different|expert))|roleplay as|your new (?:role|task|goal|instructions?|purpose) (?:is|are))\b/g,
  },
  {
    weight: 2,
    sign: keptSecret,
    needs: [
      "user",
      "human",
      "person",
      "operator",
      "reader",
      "nutzer",
      "utilisateur",
      "usuario",
      "пользовател",
      "用户",
      "ユーザー",
    ],
    pattern:
      /\b(?:do not|don['’]t|never|must not|without) (?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|alert(?:ing)?|notify(?:ing)?|disclos(?:e|ing)|let(?:ting)?)\b[^.!?\n]{0,40}\b(?:the|your|any) (?:user|human|person|operator|reader)s?\b|\b(?:sag|erzähle?) (?:es )?dem (?:be)?nutzer nicht|\bne (?:le )?dis pas à l['’]utilisateur|\bno (?:se lo )?digas al usuario|не (?:говори|сообщай)[^.!?\n]{0,20}пользовател|不要告诉用户|ユーザーに(?:は)?(?:言わ|伝え|知らせ)ないで/g,
  },
  {
    weight: 2,
    sign: "asks for secrets to be sent away",
    needs: ["http", "@", "webhook", "query string"],
    pattern:
      /\b(?:send|post|forward|upload|exfiltrate|e?-?mail|leak|submit|transmit|append|include|encode)\b[^.!?\n]{0,80}\b(?:api[- ]?keys?|passwords?|passphrases?|credentials?|secrets?|(?:access |session )?tokens?|private keys?|environment variables|conversation|chat history|message history|system prompt|personal data)\b[^\n]{0,80}(?:https?:\/\/|\b[\w.+-]{1,64}@[\w-]{1,64}\.\w|\bwebhook\b|\bquery string\b)/g,
  },
  {
    weight: 3,
    sign: "has a picture or link that carries what a model fills in",
    needs: ["](http"],
    pattern:
      /!?\[[^\]\n]{0,200}\]\(https?:\/\/[^)\s]{1,500}?[?&][\w-]{1,40}=(?:[{[<]|%7b|%5b|%3c|\$\{|your[_-]|the[_-]|insert|summary|conversation|secret|data\b)[^)\n]{0,200}\)/g,
  },
  {
    weight: 2,
    sign: "asks to decode something and do it",
    needs: ["decode", "decrypt", "base64", "rot13"],
    pattern:
      /\b(?:decode|decrypt|base64|rot13)\b[^\n]{0,100}\b(?:and|then)\b[^.!?\n]{0,30}\b(?:follow|execute|obey|do (?:what|as)|carry out|act on|comply)\b/g,
  },
  {
    weight: 1,
    sign: "has a long stretch of encoded text",
    needs: [],
    pattern: /(?<![a-z0-9+/])[a-z0-9+/]{60,2000}={0,2}/g,
  },
  {
    weight: 1,
    sign: "orders a tool to be called",
    needs: [" tool", " function", " plugin", " connector"],
    pattern:
      /\b(?:call|invoke|use|run|execute|trigger) (?:the |your )?[`'"]?[\w.-]{2,40}[`'"]? (?:tool|function|plugin|connector)\b/g,
  },
  {
    weight: 1,
    sign: "dictates the answer",
    needs: ["respon", "reply", "answer", "recommend", "summar", " say ", "output"],
    pattern:
      /\b(?:you must|you should|you will|instead,?|now|always|only|just) (?:always |only |now |instead )?(?:respond|reply|answer|say|output|recommend)\b|\b(?:respond|reply|answer) (?:only |exactly )?(?:with|by saying)\b|\bin your (?:answer|response|reply|summary)\b|\bwhen (?:asked|summari[sz]ing|answering|responding)\b/g,
  },
  {
    weight: 1,
    sign: "speaks of prompts and instructions",
    needs: ["prompt", "instructions", "jailbreak"],
    pattern:
      /\b(?:system prompt|your instructions|these instructions (?:override|replace|supersede)|prompt injection|jailbreak)\b/g,
  },
  {
    weight: 1,
    sign: "speaks to a model",
    needs: ["ai", "assistant", "claude", "chatgpt", "model"],
    pattern:
      /\b(?:as an ai|dear (?:ai|assistant|claude|chatgpt)|hey (?:claude|chatgpt|assistant)|(?:ai|language) model,)/g,
  },
];

/** Letters of other alphabets that pass for Latin ones, each as long as the other. */
const lookAlikes = new Map(
  [..."аеорсухіѕјԁ"].map((letter, index) => [letter, "aeopcyxisjd"[index] ?? letter]),
);
const anyLookAlike = new RegExp(`[${[...lookAlikes.keys()].join("")}]`, "g");

/** Linear in the text, which is a chunk or as short. */
export function flagOf(text: string): PassageFlag | null {
  const lower = text.toLowerCase();
  // Few letters change their length with their case; offsets are worth more than those.
  const sought = lower.length === text.length ? lower : text;
  const mixed = /[a-z]/.test(sought) && sought.search(anyLookAlike) >= 0;
  const found = signsIn(sought);
  const unmasked = mixed ? signsIn(sought.replace(anyLookAlike, plain)) : found;
  const { weight, spans, signs } = unmasked.weight > found.weight ? unmasked : found;
  if (weight < enough) return null;
  const start = paragraphStart(text, Math.min(...spans.map((span) => span[0])));
  const end = paragraphEnd(text, Math.max(...spans.map((span) => span[1])));
  return { reason: `It ${[...signs].join(", ")}.`, start, end, hash: passageHash(text.slice(start, end)) };
}

export function passageHash(passage: string): string {
  return createHash("sha256").update(passage.replace(/\s+/g, " ").trim().toLowerCase()).digest("hex");
}

/** As long as it was, so that offsets stay true; a mark that says what it is where there is room for it. */
export function maskOf(length: number): string {
  const mark = "[redacted]";
  return length < mark.length ? "█".repeat(length) : `[redacted${" ".repeat(length - mark.length)}]`;
}

function signsIn(text: string) {
  const spans: [number, number][] = [];
  const signs = new Set<string>();
  let weight = 0;
  for (const rule of rules) {
    if (rule.needs.length > 0 && !rule.needs.some((needle) => text.includes(needle))) continue;
    rule.pattern.lastIndex = 0;
    let match = rule.pattern.exec(text);
    if (!match) continue;
    weight += rule.weight;
    signs.add(rule.sign);
    while (match) {
      spans.push([match.index, match.index + match[0].length]);
      match = rule.pattern.exec(text);
    }
  }
  return { weight, spans, signs };
}

function plain(letter: string): string {
  return lookAlikes.get(letter) ?? letter;
}

function paragraphStart(text: string, offset: number): number {
  const gap = text.lastIndexOf("\n\n", offset);
  return gap < 0 ? 0 : gap + 2;
}

function paragraphEnd(text: string, offset: number): number {
  const gap = text.indexOf("\n\n", offset);
  return gap < 0 ? text.length : gap;
}
