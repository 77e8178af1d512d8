"use client";

import { Text } from "@mantine/core";
import type { ReactNode } from "react";
import { count, formatNumber } from "../../_components/format.ts";
import { TimeText } from "../../_components/time-text.tsx";
import classes from "./access-facts.module.css";
import { type Access, datasetsText } from "./access-values.ts";
import { BudgetBar } from "./budget-bar.tsx";

/** What one may reach and spend, the same for a key and a connection. */
export function AccessFacts({ access, name }: { access: Access; name: string }) {
  const { datasets, budget, callsPerHour, callsThisHour, addresses } = access;
  return (
    <dl className={classes.facts}>
      <Fact term="May read">
        <span {...(datasets === "all" ? {} : { title: datasets.map((one) => one.name).join(", ") })}>
          {datasetsText(datasets)}
        </span>
      </Fact>
      <Fact term="May spend">
        {budget ? <BudgetBar budget={budget} name={name} /> : "All of the balance"}
      </Fact>
      {callsPerHour !== null && (
        <Fact term="May call">
          {count(callsPerHour, "time")} in any hour, {callsThisHour ?? 0} used
        </Fact>
      )}
      {addresses.length > 0 && (
        <Fact term="From">
          {addresses.slice(0, 3).join(", ")}
          {addresses.length > 3 && ` and ${formatNumber(addresses.length - 3)} more`}
        </Fact>
      )}
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <Text component="dt" size="sm" c="dimmed" className={classes.term ?? ""}>
        {term}
      </Text>
      <Text component="dd" size="sm" m={0} style={{ overflowWrap: "anywhere", minWidth: 0 }}>
        {children}
      </Text>
    </div>
  );
}

export function LastCall({ at }: { at: string | null }) {
  if (at === null) return <span>Never used</span>;
  return (
    <span>
      Last used <TimeText value={at} />
    </span>
  );
}

export function Expiry({ at }: { at: string | null }) {
  if (at === null) return <span>Never expires</span>;
  const over = new Date(at).getTime() < Date.now();
  return (
    <Text span inherit {...(over ? { c: "var(--mantine-color-error)" } : {})}>
      {over ? "Expired" : "Expires"} <TimeText value={at} />
    </Text>
  );
}
