/** What an alert says to a person, and where it can be mended. */
import { count, formatNumber } from "../../_components/format.ts";

export type AlertItem = {
  kind:
    | "tokenReused"
    | "callPaused"
    | "lowBalance"
    | "budgetNearlyUsed"
    | "limitReached"
    | "documentsFailed"
    | "keyExpires"
    | "connectionExpires";
  subjectId: string | null;
  name: string | null;
  amount: number | null;
  limit: string | null;
  at: string;
};

type Words = { title: string; href: string; action: string; timed: boolean };

export function alertWords({ kind, subjectId, name, amount, limit }: AlertItem): Words {
  const who = name ?? "This dashboard";
  const many = amount ?? 0;
  switch (kind) {
    case "tokenReused":
      return {
        title: `A token of ${name ?? "an app"} was used twice. Its access was ended in case it was copied.`,
        href: "/connections",
        action: "See the app",
        timed: true,
      };
    case "callPaused":
      return {
        title: `${name ?? "An app"} made the same call again and again: ${many === 1 ? "it is" : `${formatNumber(many)} calls are`} paused.`,
        href: limit === "apiKey" ? "/keys" : "/connections",
        action: "See and resume",
        timed: true,
      };
    case "lowBalance":
      return {
        title: `Credits run low: ${formatNumber(many)} left.`,
        href: "/credits",
        action: "Add credits",
        timed: false,
      };
    case "budgetNearlyUsed": {
      const span = limit === "total" ? "its whole budget" : `its budget of this ${limit}`;
      return {
        title: many >= 100 ? `${who} has used up ${span}.` : `${who} has used ${many} % of ${span}.`,
        href: "/connections",
        action: "Change the budget",
        timed: false,
      };
    }
    case "limitReached":
      return {
        title: `${who} ran into a limit: ${count(many, "call was", "calls were")} refused within a day.`,
        href: "/limits",
        action: "See limits",
        timed: true,
      };
    case "documentsFailed":
      return {
        title: `${count(many, "document")} of ${name ?? "a dataset"} could not be read.`,
        href: `/datasets/${subjectId}?tab=documents`,
        action: "See why",
        timed: true,
      };
    case "keyExpires":
      return { title: `The key ${who} expires.`, href: "/keys", action: "See keys", timed: true };
    case "connectionExpires":
      return {
        title: `The connection of ${who} expires. The app will ask you again.`,
        href: "/connections",
        action: "Extend it",
        timed: true,
      };
  }
}
