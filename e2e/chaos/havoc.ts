/** What happens to each victim, at random and independently of the others, until it is called off. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Dice } from "./dice.ts";
import type { Victim } from "./victims.ts";

type Blow = "kill" | "freeze" | "restart" | "killSession";

export type Havoc = {
  /** How often what happened to whom. */
  readonly blows: Map<string, number>;
  /** Leaves every victim running. */
  stop(): Promise<void>;
};

export type Plan = {
  readonly victim: Victim & { killSession?: () => boolean };
  /** Repeated ones are likelier. */
  readonly blows: readonly Blow[];
  /** Seconds of peace between two blows. */
  readonly peace: readonly [number, number];
  /** Seconds that it stays dead or frozen. */
  readonly away: readonly [number, number];
};

export function startHavoc(plans: readonly Plan[], dice: Dice): Havoc {
  const blows = new Map<string, number>();
  const off = new AbortController();

  async function torment({ victim, blows: kinds, peace, away }: Plan): Promise<void> {
    while (await pause(dice.between(...peace))) {
      const blow = dice.pick(kinds);
      const awaySeconds = dice.between(...away);
      const what = `${victim.name} ${blow}`;
      blows.set(what, (blows.get(what) ?? 0) + 1);
      if (blow === "killSession") victim.killSession?.();
      if (blow === "freeze") {
        victim.freeze();
        await pause(awaySeconds);
        victim.thaw();
      }
      if (blow === "kill" || blow === "restart") {
        await (blow === "kill" ? victim.kill() : victim.stop());
        await pause(awaySeconds);
        await victim.start();
      }
    }
  }

  /** False once it is called off. */
  async function pause(seconds: number): Promise<boolean> {
    await sleep(seconds * 1000, undefined, { signal: off.signal }).catch(() => {});
    return !off.signal.aborted;
  }

  const running = Promise.all(plans.map(torment));
  running.catch(() => {});
  return {
    blows,
    stop: async () => {
      off.abort();
      await running;
    },
  };
}
