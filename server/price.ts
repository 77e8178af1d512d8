/**
 * What a call costs, derived from the table: fixed, or metered by the characters of its input, for each
 * item of a batch. Pure, whole credits, never below what the table says for one.
 */
import { type Operation, type OperationId, operation } from "./operations.ts";

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

export function total(prices: readonly number[]): number {
  return prices.reduce((sum, price) => sum + price, 0);
}

/** `free`, `10 credits`, `1 credit per started 1,000 characters` */
export function priceWords({ priceCredits, meter }: Pick<Operation, "priceCredits" | "meter">): string {
  if (priceCredits === 0) return "free";
  const credits = `${priceCredits} credit${priceCredits === 1 ? "" : "s"}`;
  if (!meter) return credits;
  return `${credits} per started ${meter.characters.toLocaleString("en-US")} characters`;
}

/** The same for programs. */
type PriceFields = {
  readonly credits: number;
  /** Present on a metered price: the credits are for each started so many characters of `meteredField`. */
  readonly perCharacters?: number;
  readonly meteredField?: string;
  /** Present on a batch: each item of this input list is priced so. */
  readonly perItemOf?: string;
};

export function priceFields({ priceCredits, meter, perItem }: Operation): PriceFields {
  return {
    credits: priceCredits,
    ...(meter && { perCharacters: meter.characters, meteredField: meter.field }),
    ...(perItem !== undefined && { perItemOf: perItem }),
  };
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === "object" && input !== null ? Reflect.get(input, name) : undefined;
}
