/**
 * Waiting no longer than so long, for what may never come: a reply of Redis, the rest of a body. What is
 * waited for goes on by itself.
 */

/** Thrown when it was not there in time. */
export class DeadlineError extends Error {
  override name = "DeadlineError";
}

/**
 * What comes, or DeadlineError after `ms`. When the process itself was busy for so long, it lies in the
 * socket already and the timer only comes first: an immediate comes after the sockets were read.
 */
export function withinDeadline<T>(coming: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(reject, new DeadlineError(`No answer within ${Math.round(ms)} ms.`));
    }, ms);
    coming.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
