/** A local server that speaks Nominatim's GET /search, with the ways in which such servers fail. */
import { createServer } from "node:http";
import { listenLocally } from "./local-server.ts";

type Mode = "answer" | "nothing" | "broken" | "no JSON" | "another form" | "hang";

export async function startGeocoderServer() {
  const asked: { readonly url: URL; readonly userAgent: string | undefined; readonly at: number }[] = [];
  let mode: Mode = "answer";
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://geocoder.test");
    asked.push({ url, userAgent: request.headers["user-agent"], at: performance.now() });
    if (mode === "hang") return;
    const city = url.searchParams.get("q") ?? "";
    response.writeHead(mode === "broken" ? 503 : 200, { "content-type": "application/json" });
    response.end(mode === "no JSON" ? "<html>" : JSON.stringify(bodies[mode](city)));
  });
  const { port, close } = await listenLocally(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    answer: (next: Mode) => {
      mode = next;
      asked.length = 0;
    },
    close,
  };
}

/** As Nominatim answers with format=jsonv2, addressdetails and extratags. */
function placeOf(city: string) {
  return {
    place_id: 1,
    lat: "52.40",
    lon: "13.05",
    name: city,
    display_name: `${city}, Brandenburg, Germany`,
    address: { city, state: "Brandenburg", country: "Germany", country_code: "de" },
    extratags: { population: "183154" },
  };
}

const bodies: Record<Mode, (city: string) => unknown> = {
  answer: (city) => [placeOf(city), { lat: "nowhere" }],
  nothing: () => [],
  broken: () => ({ error: "busy" }),
  "no JSON": () => null,
  "another form": () => ({ features: [] }),
  hang: () => null,
};
