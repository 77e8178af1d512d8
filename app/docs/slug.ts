/** Ids of headings, as GitHub makes them, so that a guide's links lead to the same place there and here. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");
}

/** Where a link of a guide leads within the reference: another guide, or as it is. */
export function guideHref(href: string): string {
  const [, file, hash = ""] = /^(?:\.\/|docs\/)?([A-Z][A-Z-]*)\.md(#.*)?$/.exec(href) ?? [];
  return file ? `/docs/${file.toLowerCase()}${hash}` : href;
}
