/** Options of a search in words for people; one that is not known here is shown as the API names it. */

export const numberOptions = [
  { name: "topK", label: "Hits at most", min: 1, max: 50, unset: "10" },
  { name: "hitsPerDocument", label: "Hits of one document", min: 1, max: 10, unset: "As they come" },
  { name: "neighbours", label: "Passages around each", min: 1, max: 3, unset: "None" },
  { name: "maxTokens", label: "Tokens at most", min: 20, max: 32_000, unset: "No limit" },
] as const;

export type NumberOption = (typeof numberOptions)[number]["name"];

export type ChosenOptions = { readonly [Name in NumberOption]?: number };

/** Without what was not chosen, as the API takes them. */
export function givenOptions(
  options: { readonly [Name in NumberOption]?: number | undefined },
): ChosenOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** Those that have a field in the form. */
export function shownOptions(options: Readonly<Record<string, unknown>>): ChosenOptions {
  return Object.fromEntries(
    numberOptions.flatMap(({ name }) => (typeof options[name] === "number" ? [[name, options[name]]] : [])),
  );
}

/** Those that have none. */
export function otherOptions<Options extends object>(options: Options): Omit<Options, NumberOption> {
  const other = { ...options };
  for (const { name } of numberOptions) Reflect.deleteProperty(other, name);
  return other;
}

export function optionLabel(name: string): string {
  return numberOptions.find((option) => option.name === name)?.label ?? name;
}

/** `Hits at most: 2, Tokens at most: 500` */
export function optionsText(options: Readonly<Record<string, unknown>>): string {
  const told = Object.entries(options).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [`${optionLabel(name)}: ${typeof value === "object" ? JSON.stringify(value) : value}`],
  );
  return told.length === 0 ? "The defaults" : told.join(", ");
}
