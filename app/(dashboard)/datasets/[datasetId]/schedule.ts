/** How often a source is read, as a person chooses it. */
const never = "never";

const known = [
  { value: never, label: "Only when I ask" },
  { value: "1", label: "Every hour" },
  { value: "24", label: "Every day" },
  { value: "168", label: "Every week" },
];

export function hoursOf(value: string | null): number | null {
  return value === null || value === never ? null : Number(value);
}

export function choiceOf(everyHours: number | null): string {
  return everyHours === null ? never : String(everyHours);
}

/** With the one that is set, which the API may have set to any number. */
export function schedules(everyHours: number | null) {
  const value = choiceOf(everyHours);
  if (known.some((each) => each.value === value)) return known;
  return [...known, { value, label: `Every ${everyHours} hours` }];
}
