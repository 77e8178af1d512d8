/**
 * Preloaded into the server under test: everything stays the product's own, the door and the chain, and the
 * handler finds its hit without looking.
 */
import { registerHooks } from "node:module";

const handler = "/server/search/router.ts";

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "./query.ts" && context.parentURL?.endsWith(handler)
      ? next(new URL("./constant-hit.ts", import.meta.url).href, context)
      : next(specifier, context),
});
