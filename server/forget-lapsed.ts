/**
 * Forgets what access no longer needs: ended tokens and codes that would have expired, old secrets of
 * rotated keys, old counts of refusals, consents without a connection, and clients that registered themselves and were never or are
 * no longer connected. Each is one bounded statement, so several processes may run them at once.
 */
import { query } from "#db/client.ts";

/** Long enough for a user who was asked to come back to it. */
const unusedClient = "1 day";
/** A client remembers its id after it was disconnected; it should still be known when it is used again. */
const formerClient = "90 days";
const refusalsKept = "90 days";
const stepsKept = "400 days";

export async function forgetLapsed(): Promise<void> {
  await query("delete from revoked_tokens where expires_at < now()");
  await query("delete from used_codes where expires_at < now()");
  await query("delete from retired_keys where expires_at < now()");
  await query("delete from geocoder_answers where expires_at < now()");
  await query("delete from connections where login and expires_at < now()");
  await query("delete from device_code where expires_at < now()");
  await query("delete from verification where expires_at < now()");
  await query("delete from known_devices where last_seen_at < now() - interval '400 days'");
  await query("delete from oauth_refresh_token where expires_at < now()");
  await query(`delete from refusals where hour < now() - interval '${refusalsKept}'`);
  await query(
    `delete from oauth_consent o where not exists (
       select from connections c where c.client_id = o.client_id and c.account_id = o.user_id
         and (c.expires_at is null or c.expires_at > now()))`,
  );
  await query(
    `with gone as (
       delete from oauth_client where client_id in (
         select client_id from oauth_client o
         where o.user_id is null and not exists (select from connections c where c.client_id = o.client_id)
           and o.updated_at < now() - case when o.updated_at = o.created_at
             then interval '${unusedClient}' else interval '${formerClient}' end
         limit 1000)
       returning client_id, name, created_at
     )
     insert into client_steps (client_id, step, name, at)
     select client_id, 'registered', name, created_at from gone on conflict do nothing`,
  );
  await query(`delete from client_steps where at < now() - interval '${stepsKept}'`);
}
