/** One page or file of the web, read at once for a caller who waits. */
import { env } from "#env";
import { ApiError } from "#server/errors.ts";
import type { NewDocument } from "./judge.ts";
import { documentOf } from "./page-document.ts";
import { fetchWeb } from "./web/fetch.ts";
import { visitor } from "./web/hosts.ts";

const patienceSeconds = 20;

/** Its external id is the address, unless the caller says otherwise. @throws ApiError unreadable_address */
export async function readAddress(url: string, signal: AbortSignal): Promise<NewDocument> {
  const answer = await fetchWeb(url.trim(), {
    maxBytes: env.MAX_UPLOAD_BYTES,
    timeoutSeconds: patienceSeconds,
    signal,
    visit: visitor({ robots: true, patienceSeconds }),
  });
  if (answer.outcome !== "read") {
    const reason = answer.outcome === "unchanged" ? "The host answered with status 304." : answer.reason;
    throw new ApiError("unreadable_address", `The address could not be read. ${reason}`);
  }
  const read = await documentOf(answer);
  return { ...read, externalId: url.trim() };
}
