/** What was typed or filled in before the page was live, which its form has not heard of. */
export function earlyInput(form: EventTarget, known: Record<string, string>): Record<string, string> {
  if (!(form instanceof HTMLFormElement)) return {};
  const typed = new FormData(form);
  const early: Record<string, string> = {};
  for (const [name, value] of Object.entries(known)) {
    const field = typed.get(name);
    if (typeof field === "string" && field !== value) early[name] = field;
  }
  return early;
}
