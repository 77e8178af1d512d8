// npm run gazetteer:import -- cities500.txt [admin1CodesASCII.txt]: cities of GeoNames into the gazetteer, on
// DATABASE_URL or on the embedded data folder while no server holds it.
const say = (line) => process.stdout.write(`${line}\n`);
const number = (value) => value.toLocaleString("en-US");

const [path, regionsPath = null] = process.argv.slice(2);
if (path === undefined) {
  say("Usage: npm run gazetteer:import -- cities.txt [admin1CodesASCII.txt]");
  process.exit(2);
}

try {
  process.exitCode = await run();
} catch (error) {
  // By name: with a wrong setting the module of the class itself does not load.
  const known = error instanceof Error && (error.name === "ConfigurationError" || "code" in error);
  if (!known) throw error;
  process.stderr.write(`Nothing more was imported. ${error.message}\n`);
  process.exitCode = 2;
}

async function run() {
  const { closeDatabase } = await import("#db/client.ts");
  const { importGeoNames } = await import("#server/geocoding/geonames.ts");
  const startedAt = performance.now();
  try {
    const told = await importGeoNames(path, regionsPath, (cities) => {
      if (cities % 10_000 === 0) say(`${number(cities)} cities …`);
    });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    say(`${number(told.cities)} cities from ${number(told.lines)} lines in ${seconds} s.`);
    if (told.passedOver > 0) say(`${number(told.passedOver)} other places were passed over.`);
    if (told.malformedCount > 0) {
      const more = told.malformedCount > told.malformed.length ? " …" : "";
      say(
        `Left out, since they are not in GeoNames' form: ${number(told.malformedCount)} lines (${told.malformed.join(", ")}${more}).`,
      );
    }
    return told.cities > 0 ? 0 : 1;
  } finally {
    await closeDatabase();
  }
}
