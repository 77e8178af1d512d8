/**
 * What a call costs, derived from the table: fixed, or metered by the characters of its input, for each
 * item of a batch. Pure, whole credits, never below what the table says for one.
 */
import { lexicalHash } from "./lexical-hash.ts";
import {
  defaultEndpoint,
  ingestionPrice,
  type Operation,
  type OperationId,
  operation,
  vectorPrice,
} from "./operations.ts";

/**
 * Credits for each item of a call; a call that is no batch is one item. The characters of a text are its
 * UTF-16 code units, as everywhere here.
 */
export function itemPrices(id: OperationId, input: unknown): readonly number[] {
  const { perItem, meter, priceCredits } = operation(id);
  const items = perItem === undefined ? null : fieldOf(input, perItem);
  const count = Array.isArray(items) ? Math.max(1, items.length) : 1;
  if (!meter) return Array.from({ length: count }, () => priceCredits);
  const metered = fieldOf(input, meter.field);
  const texts: readonly unknown[] = Array.isArray(metered) ? metered : [metered];
  return Array.from({ length: count }, (_, index) => {
    const text = texts[index];
    const characters = typeof text === "string" ? text.length : 0;
    return priceCredits * Math.max(1, Math.ceil(characters / meter.characters));
  });
}

/**
 * Credits that the operation's extra may add to each item: it is asked for there, or the endpoint that is
 * named may ask for it.
 */
export function itemExtras(id: OperationId, input: unknown): readonly number[] {
  const { perItem, extra } = operation(id);
  const count = itemPrices(id, input).length;
  if (!extra) return Array.from({ length: count }, () => 0);
  const items = perItem === undefined ? null : fieldOf(input, perItem);
  return Array.from({ length: count }, (_, index) => {
    const item: unknown = Array.isArray(items) ? items[index] : undefined;
    return mayAsk(item, extra.option) || mayAsk(input, extra.option) ? extra.credits : 0;
  });
}

function mayAsk(call: unknown, option: string): boolean {
  const asked = fieldOf(call, option);
  if (asked !== undefined) return asked === true;
  const endpoint = fieldOf(call, "endpoint");
  return endpoint !== undefined && endpoint !== defaultEndpoint;
}

/** Of so many characters that are added to a dataset whose vectors are made by `model`. */
export function readingCredits(characters: number, model: string): number {
  return fullOf(ingestionPrice, characters) + vectorCredits(characters, model);
}

/** Of vectors alone; the built-in ones cost nothing. */
export function vectorCredits(characters: number, model: string): number {
  return model === lexicalHash.model ? 0 : fullOf(vectorPrice, characters);
}

function fullOf(price: { credits: number; characters: number }, characters: number): number {
  return price.credits * Math.floor(characters / price.characters);
}

export function total(prices: readonly number[]): number {
  return prices.reduce((sum, price) => sum + price, 0);
}

/** `free`, `10 credits, 5 more with rerank`, `1 credit per started 1,000 characters` */
export function priceWords(row: Operation): string {
  return plainPriceWords(row) + extraWords(row);
}

/** Without the extra. */
export function plainPriceWords({ priceCredits, meter }: Operation): string {
  if (priceCredits === 0) return "free";
  const credits = `${priceCredits} credit${priceCredits === 1 ? "" : "s"}`;
  if (!meter) return credits;
  return `${credits} per started ${meter.characters.toLocaleString("en-US")} characters`;
}

/** `, 5 more with rerank`, or nothing. */
export function extraWords({ extra }: Operation): string {
  return extra ? `, ${extra.credits} more with ${extra.option}` : "";
}

/** The same for programs. */
type PriceFields = {
  readonly credits: number;
  /** Present on a metered price: the credits are for each started so many characters of `meteredField`. */
  readonly perCharacters?: number;
  readonly meteredField?: string;
  /** Present on a batch: each item of this input list is priced so. */
  readonly perItemOf?: string;
  /** Present where an option costs besides: its name, and the credits. */
  readonly extra?: { readonly option: string; readonly credits: number };
};

export function priceFields({ priceCredits, meter, perItem, extra }: Operation): PriceFields {
  return {
    credits: priceCredits,
    ...(meter && { perCharacters: meter.characters, meteredField: meter.field }),
    ...(perItem !== undefined && { perItemOf: perItem }),
    ...(extra && { extra }),
  };
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null ? Reflect.get(input, name) : undefined;
}
