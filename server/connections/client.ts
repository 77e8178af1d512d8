/**
 * Who asks to be connected: an OAuth client as its registration tells it. Only what was checked is called
 * verified: the host that serves a Client ID Metadata Document is, a name that a client gave itself is not.
 */
import { z } from "zod";
import { query } from "#db/client.ts";
import { staysHere } from "../registration.ts";

export const clientShape = z.object({
  id: z.string(),
  name: z.string(),
  /** Host of its metadata document, or where its answers may go. */
  host: z.string().describe("Of its metadata document where it has one, else of its redirect addresses"),
  verified: z.boolean().describe("Its host vouches for it; false: anybody could have registered this name"),
  local: z.boolean().describe("It runs on the user's own computer"),
});

export type ClientView = z.output<typeof clientShape>;

type Row = { client_id: string; name: string | null; redirect_uris: string[]; discovered: boolean };

export async function findClients(ids: readonly string[]): Promise<(id: string) => ClientView> {
  const rows = await query<Row>(
    `select client_id, name, redirect_uris, client_discovery_id is not null as discovered
     from oauth_client where client_id in (select jsonb_array_elements_text($1::text::jsonb))`,
    [JSON.stringify(ids)],
  );
  return (id) => {
    const row = rows.find(({ client_id }) => client_id === id);
    const places = [...new Set(row?.redirect_uris.map(placeOf))].sort(
      (a, b) => Number(a === thisComputer) - Number(b === thisComputer),
    );
    const host = row?.discovered ? hostOf(id) : listed(places);
    return {
      id,
      name: nameOf(row?.name ?? null) ?? (host || "Unknown app"),
      host,
      verified: row?.discovered ?? false,
      local: places.length > 0 && places.every((place) => place === thisComputer),
    };
  };
}

const thisComputer = "this computer";
const mostPlaces = 3;

/** Where an answer to this address goes. */
function placeOf(redirect: string): string {
  return staysHere(redirect) ? thisComputer : hostOf(redirect);
}

/** All of them, or it would be told where an app seems to be, and not where it may be. */
function listed(places: readonly string[]): string {
  const others = places.length - mostPlaces;
  return [...places.slice(0, mostPlaces), ...(others > 0 ? [`${others} more`] : [])].join(", ");
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "";
}

/** Nothing that could pass for other words of the page: no line breaks, no direction marks, not long. */
function nameOf(name: string | null): string | null {
  const plain = name
    ?.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, "")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 80);
  return plain || null;
}
