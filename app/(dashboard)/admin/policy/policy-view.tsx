"use client";

import {
  Skeleton,
  Stack,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#server/router.ts";
import { count, formatNumber, formatWindow } from "../../../_components/format.ts";
import { PageHeader } from "../../../_components/page-header.tsx";
import { PageSection } from "../../../_components/page-section.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TableBox } from "../../../_components/table-box.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { limitOfOthers } from "../limit-of-others.ts";

type Policy = inferRouterOutputs<AppRouter>["admin"]["policy"];

const callerWords: Record<string, string> = {
  anonymous: "Without a credential, by address",
  apiKey: "Keys, all of an account together",
  connection: "Connected apps",
  login: "Programs that signed in",
  session: "The dashboard",
};

export function PolicyView() {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.admin.policy.queryOptions({}));
  return (
    <>
      <PageHeader
        title="Limits and prices"
        description="As they are in force now. Limits of one account are set on the page Accounts."
      />
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton h={320} radius="lg" />}
      {data && (
        <Stack gap={40}>
          <Tiers {...data} />
          <Operations {...data} />
          <Overrides {...data} />
          <Allowlist {...data} />
        </Stack>
      )}
    </>
  );
}

function Tiers({ tiers, roles, balances, signUpGrant }: Policy) {
  const byRole = Object.entries(roles).filter(([, times]) => times > 1);
  const more = [
    ...byRole.map(([role, times]) => `${times} times for the role ${role}`),
    ...balances.map(
      ({ fromCredits, multiplier }) => `${multiplier} times from ${count(fromCredits, "credit")}`,
    ),
  ];
  return (
    <PageSection
      id="tiers"
      title="Who may call how often"
      note={`More: ${more.join(", ")}; the largest counts. A new account gets ${count(signUpGrant, "credit")}.`}
    >
      <TableBox>
        <Table aria-labelledby="tiers">
          <TableThead>
            <TableTr>
              <TableTh>Who</TableTh>
              <TableTh ta="right">Calls</TableTh>
              <TableTh ta="right">In any</TableTh>
            </TableTr>
          </TableThead>
          <TableTbody>
            {tiers.map(({ name, points, windowSeconds }) => (
              <TableTr key={name}>
                <TableTd>{callerWords[name] ?? name}</TableTd>
                <TableTd ta="right" className="numeric">
                  {formatNumber(points)}
                </TableTd>
                <TableTd ta="right">{formatWindow(windowSeconds)}</TableTd>
              </TableTr>
            ))}
          </TableTbody>
        </Table>
      </TableBox>
    </PageSection>
  );
}

function Operations({ operations }: Policy) {
  return (
    <PageSection
      id="operations"
      title="What costs, or has a limit of its own"
      note="Everything else is free and counts toward the limits above alone."
    >
      <TableBox>
        <Table aria-labelledby="operations">
          <TableThead>
            <TableTr>
              <TableTh>Call</TableTh>
              <TableTh ta="right" w={130}>
                Credits
              </TableTh>
              <TableTh ta="right" w={170} visibleFrom="sm">
                Limit of its own
              </TableTh>
            </TableTr>
          </TableThead>
          <TableTbody>
            {operations.map(({ id, summary, priceCredits, perItem, limit }) => (
              <TableTr key={id}>
                <TableTd style={{ overflowWrap: "anywhere" }}>
                  {summary}
                  {limit && (
                    <Text size="sm" c="dimmed" hiddenFrom="sm">
                      {formatNumber(limit.points)} in any {formatWindow(limit.windowSeconds)}
                    </Text>
                  )}
                </TableTd>
                <TableTd ta="right" className="numeric">
                  {priceCredits === 0 ? "free" : formatNumber(priceCredits)}
                  {priceCredits > 0 && perItem && (
                    <Text span size="sm" c="dimmed">
                      {" "}
                      each
                    </Text>
                  )}
                </TableTd>
                <TableTd ta="right" className="numeric" visibleFrom="sm">
                  {limit ? `${formatNumber(limit.points)} in any ${formatWindow(limit.windowSeconds)}` : "–"}
                </TableTd>
              </TableTr>
            ))}
          </TableTbody>
        </Table>
      </TableBox>
    </PageSection>
  );
}

function Overrides({ overrides }: Policy) {
  return (
    <PageSection id="overrides" title="Set for single accounts">
      {overrides.length === 0 ? (
        <Text c="dimmed">No account has limits of its own.</Text>
      ) : (
        <TableBox>
          <Table aria-labelledby="overrides">
            <TableThead>
              <TableTr>
                <TableTh>Account</TableTh>
                <TableTh ta="right" w={120}>
                  Calls
                </TableTh>
                <TableTh w={150} ta="right" visibleFrom="sm">
                  Since
                </TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {overrides.map(({ userId, email, name, points, reason, createdAt }) => (
                <TableTr key={`${userId} ${name}`}>
                  <TableTd style={{ overflowWrap: "anywhere" }}>
                    <Text size="sm" fw={500}>
                      {email}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {limitOfOthers(name)}: {reason}
                    </Text>
                  </TableTd>
                  <TableTd ta="right" className="numeric">
                    {formatNumber(points)}
                  </TableTd>
                  <TableTd ta="right" visibleFrom="sm">
                    <TimeText value={createdAt} />
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
    </PageSection>
  );
}

function Allowlist({ allowlist }: Policy) {
  return (
    <PageSection
      id="allowlist"
      title="Addresses that no limit binds"
      note="Set by RATE_LIMIT_ALLOWLIST where the server is started."
    >
      {allowlist.length === 0 ? (
        <Text c="dimmed">None: every address is bound.</Text>
      ) : (
        <Text ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
          {allowlist.join(", ")}
        </Text>
      )}
    </PageSection>
  );
}
