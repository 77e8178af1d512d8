/**
 * HTML to Markdown text in one pass over its tokens: no tree, no recursion, nothing executed or fetched,
 * so time and memory are linear in what was sent, however deep it nests. Links keep their words alone.
 * Scripts, styles and elements hidden from a reader are dropped.
 */
import { Tokenizer } from "htmlparser2";

const dropped = new Set(
  "script style noscript template svg math iframe object canvas audio video select datalist dialog".split(
    " ",
  ),
);
const blocks = new Set(
  "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
const voids = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Elements whose end tag may be left out: a hidden one ends at the next block at the latest. */
const unclosed = new Set("p li dt dd td th tr option".split(" "));

export function htmlToMarkdown(html: string): { text: string; title: string } {
  const writer = new MarkdownWriter();
  let tag = "";
  let attribute = "";
  let value = "";
  let attributes: Record<string, string> = {};
  /** Entities are rare in attributes that matter here, so their values stay raw. */
  const read = (start: number, end: number) => html.slice(start, end);
  const open = () => {
    writer.open(tag, attributes);
    attributes = {};
  };
  const tokenizer = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname(start, end) {
        tag = read(start, end).toLowerCase();
      },
      onattribname(start, end) {
        attribute = read(start, end).toLowerCase();
        value = "";
      },
      onattribdata(start, end) {
        value += read(start, Math.min(end, start + 1000));
      },
      onattribentity(codepoint) {
        value += String.fromCodePoint(codepoint);
      },
      onattribend() {
        if (
          attribute === "hidden" ||
          attribute === "style" ||
          attribute === "alt" ||
          attribute === "aria-hidden"
        ) {
          attributes[attribute] = value;
        }
      },
      onopentagend: open,
      onselfclosingtag: open,
      onclosetag: (start, end) => writer.close(read(start, end).toLowerCase()),
      ontext: (start, end) => writer.text(read(start, end)),
      ontextentity: (codepoint) => writer.text(String.fromCodePoint(codepoint)),
      oncdata() {},
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  );
  tokenizer.write(html);
  tokenizer.end();
  return { text: writer.finish(), title: writer.title.replace(/\s+/g, " ").trim() };
}

class MarkdownWriter {
  title = "";
  #parts: string[] = [];
  /** Line breaks owed before the next word; written late, so that runs of blocks give one blank line. */
  #breaks = 0;
  #space = false;
  #prefix = "";
  #pre = 0;
  #lists: number[] = [];
  #inTitle = false;
  #firstCell = true;
  #rowBegun = false;
  #inTable = 0;
  #skipping: { tag: string; depth: number } | null = null;

  open(tag: string, attributes: Record<string, string>): void {
    if (this.#skipping) {
      const endsHere = unclosed.has(this.#skipping.tag) && blocks.has(tag);
      if (!endsHere) {
        if (tag === this.#skipping.tag) this.#skipping.depth += 1;
        return;
      }
      this.#skipping = null;
    }
    if (!voids.has(tag) && (dropped.has(tag) || isHidden(tag, attributes))) {
      this.#skipping = { tag, depth: 1 };
      return;
    }
    if (tag === "title") this.#inTitle = true;
    else if (tag === "br") this.#break(1);
    else if (tag === "img") this.text(attributes.alt ?? "");
    else if (/^h[1-6]$/.test(tag)) {
      this.#break(2);
      this.#prefix = `${"#".repeat(Number(tag[1]))} `;
    } else if (blocks.has(tag)) this.#openBlock(tag);
  }

  #openBlock(tag: string): void {
    if (tag === "pre") {
      this.#break(2);
      if (this.#pre === 0) this.#prefix = "```\n";
      this.#pre += 1;
    } else if (tag === "ul" || tag === "ol" || tag === "menu") {
      this.#break(this.#lists.length > 0 ? 1 : 2);
      this.#lists.push(tag === "ol" ? 1 : 0);
    } else if (tag === "li") {
      this.#break(1);
      const depth = Math.max(0, Math.min(8, this.#lists.length - 1));
      const number = this.#lists.at(-1) ?? 0;
      this.#prefix = `${"  ".repeat(depth)}${number > 0 ? `${number}.` : "-"} `;
      if (number > 0) this.#lists[this.#lists.length - 1] = number + 1;
    } else if (tag === "tr") {
      this.#break(1);
      this.#firstCell = true;
      this.#rowBegun = false;
    } else if (tag === "td" || tag === "th") {
      if (!this.#firstCell) {
        // A paragraph that ends a cell does not end the row.
        if (this.#rowBegun) this.#breaks = 0;
        this.#space = false;
        this.#flush();
        this.#parts.push(" | ");
      }
      this.#firstCell = false;
    } else {
      if (tag === "table") this.#inTable += 1;
      // A paragraph in a list item or a cell belongs to its line.
      if (this.#prefix === "" && !(this.#inTable > 0 && tag !== "table")) this.#break(2);
    }
  }

  close(tag: string): void {
    if (this.#skipping) {
      if (tag === this.#skipping.tag) this.#skipping.depth -= 1;
      if (this.#skipping.depth === 0) this.#skipping = null;
      return;
    }
    if (tag === "title") this.#inTitle = false;
    else if (tag === "pre" && this.#pre > 0) {
      this.#pre -= 1;
      if (this.#pre === 0 && this.#prefix === "") this.#parts.push("\n```");
      if (this.#pre === 0) this.#prefix = "";
      this.#breaks = 0;
      this.#break(2);
    } else if (tag === "ul" || tag === "ol" || tag === "menu") {
      this.#lists.pop();
      this.#break(this.#lists.length > 0 ? 1 : 2);
    } else if (/^h[1-6]$/.test(tag)) {
      this.#prefix = "";
      this.#break(2);
    } else if (blocks.has(tag)) {
      if (tag === "table") this.#inTable = Math.max(0, this.#inTable - 1);
      this.#break(tag === "li" || this.#inTable > 0 || this.#lists.length > 0 ? 1 : 2);
    }
  }

  text(text: string): void {
    if (this.#skipping) return;
    if (this.#inTitle) {
      if (this.title.length < 1000) this.title += text;
      return;
    }
    if (this.#pre > 0) {
      this.#flush();
      this.#parts.push(text);
      return;
    }
    const words = text.replace(/\s+/g, " ");
    if (words.startsWith(" ")) this.#space = true;
    const trimmed = words.trim();
    if (trimmed === "") return;
    this.#flush();
    this.#parts.push(trimmed);
    this.#space = words.endsWith(" ");
  }

  #flush(): void {
    if (this.#breaks > 0) this.#parts.push("\n".repeat(this.#breaks));
    else if (this.#space) this.#parts.push(" ");
    this.#parts.push(this.#prefix);
    this.#prefix = "";
    this.#breaks = 0;
    this.#space = false;
    this.#rowBegun = true;
  }

  #break(lines: number): void {
    this.#space = false;
    // Inside <pre> a tag breaks no line that the text does not break itself.
    if (this.#parts.length > 0 && this.#pre === 0) this.#breaks = Math.max(this.#breaks, lines);
  }

  finish(): string {
    if (this.#pre > 0 && this.#prefix === "") this.#parts.push("\n```");
    return this.#parts.join("").trim();
  }
}

function isHidden(tag: string, attributes: Record<string, string>): boolean {
  if (tag === "body" || tag === "html") return false;
  if (attributes.hidden !== undefined && attributes.hidden.toLowerCase() !== "until-found") return true;
  if (attributes["aria-hidden"] === "true") return true;
  const style = attributes.style ?? "";
  return hidingStyle.test(style) || isOfOneColour(style);
}

/** Not shown, too small, transparent, clipped away or moved off the page. */
const hidingStyle =
  /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*(?:0(?:\.0+)?[a-z%]*|(?:0?\.\d+|1)(?:px|pt))\s*(?:;|$|!)|opacity\s*:\s*0?(?:\.0\d*)?\s*(?:;|$|!)|(?<![-\w])color\s*:\s*transparent|text-indent\s*:\s*-\d{3,}|(?<![-\w])(?:left|right|top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]|clip-path\s*:\s*inset\((?:50|100)%/i;

/** White on white, where one style says both. */
function isOfOneColour(style: string): boolean {
  const colour = colourOf(/(?<![-\w])color\s*:\s*([^;!]{1,40})/i.exec(style)?.[1]);
  return colour !== "" && colour === colourOf(/background(?:-color)?\s*:\s*([^;!]{1,40})/i.exec(style)?.[1]);
}

function colourOf(value = ""): string {
  const name = value.replace(/\s+/g, "").toLowerCase();
  const short = /^#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3$/.exec(name);
  if (short) return `#${short[1]}${short[2]}${short[3]}`;
  return { white: "#fff", black: "#000", "rgb(255,255,255)": "#fff", "rgb(0,0,0)": "#000" }[name] ?? name;
}
