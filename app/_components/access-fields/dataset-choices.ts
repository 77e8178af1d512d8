export type DatasetChoice = { id: string; name: string; own: boolean };

type Page = { items: readonly DatasetChoice[]; nextCursor: string | null };
type Load = (page: { limit: number; cursor?: string }) => Promise<Page>;

const pageSize = 200;
/** As many as can be granted one by one. */
const mostPages = 5;

/** Beside what the server answers, so that it is asked again when datasets change. */
export const choicesKey = (datasets: readonly unknown[]) => [...datasets, "choices"];

/** Every dataset the account may search: its own first, then the public ones of others, each by name. */
export async function loadDatasetChoices(load: { mine: Load; list: Load }) {
  const [mine, readable] = await Promise.all([allPages(load.mine), allPages(load.list)]);
  const others = readable.items.filter(({ own }) => !own);
  return { items: [...byName(mine.items), ...byName(others)], whole: mine.whole && readable.whole };
}

/** Of an account's own when it is the only one: there is nothing to choose between. */
export function onlyOwn(items: readonly DatasetChoice[]): string[] {
  const own = items.filter((item) => item.own);
  return own.length === 1 ? own.map(({ id }) => id) : [];
}

async function allPages(load: Load) {
  const items: DatasetChoice[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const loaded: Page = await load({ limit: pageSize, ...(cursor ? { cursor } : {}) });
    items.push(...loaded.items.map(({ id, name, own }) => ({ id, name, own })));
    cursor = loaded.nextCursor;
    if (cursor === null) return { items, whole: true };
  }
  return { items, whole: false };
}

function byName(items: readonly DatasetChoice[]): DatasetChoice[] {
  return items.toSorted((one, other) => one.name.localeCompare(other.name, "en"));
}
