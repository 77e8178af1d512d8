/** What a page's address asks, without names that come several times. */
export function textsOf(asked: Record<string, string | string[] | undefined>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(asked).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

/** Where the address has the cursor of a list that is turned page by page. Another list begins at its start. */
export const placeName = "after";
