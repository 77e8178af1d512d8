/** How the documents are listed stands in the page's address, so that a link reproduces it. */
export const states = [
  { value: "all", label: "All" },
  { value: "ready", label: "Ready" },
  { value: "failed", label: "Failed" },
] as const;
type StateFilter = (typeof states)[number]["value"];

export const sorts = ["added", "title", "size", "passages"] as const;
export type Sort = (typeof sorts)[number];
type Order = "asc" | "desc";

export type ListView = { state: StateFilter; search: string; sort: Sort; order: Order };

/** As the API has it when nothing is said. */
const usual = { added: "desc", title: "asc", size: "desc", passages: "desc" } as const;

/** Whatever the address says, the answer is a list that can be shown. */
export function readList(search: URLSearchParams): ListView {
  const sort = sorts.find((one) => one === search.get("sort")) ?? "added";
  const order = search.get("order");
  return {
    state: states.find(({ value }) => value === search.get("state"))?.value ?? "all",
    search: (search.get("search") ?? "").trim().slice(0, 200),
    sort,
    order: order === "asc" || order === "desc" ? order : usual[sort],
  };
}

/** The address's search for a list; what is as it would be anyway is left out. */
export function writeList({ state, search, sort, order }: ListView): string {
  const written = new URLSearchParams({ tab: "documents" });
  if (state !== "all") written.set("state", state);
  if (search) written.set("search", search);
  if (sort !== "added") written.set("sort", sort);
  if (order !== usual[sort]) written.set("order", order);
  return written.toString();
}

/** As the API takes it. */
export function toListInput({ state, search, sort, order }: ListView) {
  return { ...(state === "all" ? {} : { state }), ...(search ? { search } : {}), sort, order };
}

/** A second press turns the order round. */
export function sortedBy(view: ListView, sort: Sort): ListView {
  const turned = view.order === "asc" ? "desc" : "asc";
  return { ...view, sort, order: view.sort === sort ? turned : usual[sort] };
}

/** Flagged passages beside the list. */
export const flagsPerPage = 10;
