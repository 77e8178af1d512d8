/** How far each client got on its way to a connection: one row the first time, so that flows cost nothing more. */
import { query } from "#db/client.ts";
import type { clientStepNames } from "#db/schema/installation.ts";
import { log } from "./log.ts";

export type ClientStep = (typeof clientStepNames)[number];

/** Never throws: nobody is kept from connecting because it could not be counted. */
export async function noteClientStep(clientId: string, step: ClientStep): Promise<void> {
  await query(
    `insert into client_steps (client_id, step)
     select client_id, $2 from oauth_client where client_id = $1 on conflict do nothing`,
    [clientId, step],
  ).catch((error: unknown) => log.warn({ err: error, step }, "a client's step was not noted"));
}
