/**
 * Names, headings and passages were written by others: they stand between marks that nobody can foresee, so
 * that no text can pretend to end its quotation.
 */
import { randomUUID } from "node:crypto";

export function newMark(): string {
  return randomUUID().slice(0, 8);
}

export function quoted(text: string, what: string, mark: string): string {
  return `<${what}-${mark}>\n${text}\n</${what}-${mark}>`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}

export function counted(count: number, what: string): string {
  return `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;
}
