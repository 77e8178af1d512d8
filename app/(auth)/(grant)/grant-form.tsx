"use client";

import { Anchor, Button, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMounted } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { useEffect, useRef } from "react";
import type { AppRouter } from "#server/router.ts";
import {
  datasetsValueOf,
  defaultLifetime,
  defaultRate,
  lifetimeOf,
  noDatasets,
  problemOfRate,
  rateValueOf,
  toCallsPerHour,
  toDatasets,
  toExpiresInDays,
} from "../../_components/access-fields/access.ts";
import {
  type BudgetValues,
  problemOfCredits,
  toBudget,
  valuesOf,
} from "../../_components/access-fields/budget.ts";
import { BudgetFields } from "../../_components/access-fields/budget-fields.tsx";
import { DatasetsField } from "../../_components/access-fields/datasets-field.tsx";
import { ExpiryField } from "../../_components/access-fields/expiry-field.tsx";
import { RateField } from "../../_components/access-fields/rate-field.tsx";
import { ScopesField } from "../../_components/access-fields/scopes-field.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { ProblemText } from "../../_components/problem-text.tsx";
import type { User } from "../../_components/user.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AppIdentity } from "./app-identity.tsx";
import { summaryOf } from "./grant-words.ts";
import { useDeliberate } from "./use-deliberate.ts";

export type AskedConnection = inferRouterOutputs<AppRouter>["connections"]["ask"];
type Request = inferRouterInputs<AppRouter>["connections"]["deny"]["request"];

/** `redirectUrl`: where the app waits for the answer; null for a device, which learns it by itself. */
export type Answered = { allowed: boolean; redirectUrl: string | null };

const firstBudget: BudgetValues = { period: "day", credits: 500 };

export function GrantForm(props: {
  asked: AskedConnection;
  request: Request;
  user: User;
  now: string;
  onAnswered: (answered: Answered) => void;
  onOtherAccount: () => Promise<void>;
  device?: boolean;
}) {
  const { asked, request, onAnswered, device = false } = props;
  const { client, connection } = asked;
  const trpc = useTRPC();
  const live = useMounted();
  const deliberate = useDeliberate();
  const heading = useRef<HTMLHeadingElement>(null);
  // What the reader was on is gone: the code's field, when a device is connected.
  useEffect(() => {
    if (device) heading.current?.focus();
  }, [device]);
  const form = useForm({
    initialValues: initialValues(asked, props.now),
    validate: {
      scopes: (chosen) => (chosen.length > 0 ? null : "Choose at least one, or deny the request"),
      budget: problemOfCredits,
      rate: problemOfRate,
    },
    onSubmitPreventDefault: "always",
  });
  const grant = useMutation(
    trpc.connections.grant.mutationOptions({
      onSuccess: ({ redirectUrl }) => onAnswered({ allowed: true, redirectUrl }),
    }),
  );
  const deny = useMutation(
    trpc.connections.deny.mutationOptions({
      onSuccess: ({ redirectUrl }) => onAnswered({ allowed: false, redirectUrl }),
    }),
  );
  const { values, errors } = form;
  const busy = grant.isPending || deny.isPending || grant.isSuccess || deny.isSuccess;
  const allow = (chosen: typeof values) => {
    if (!deliberate.check()) return;
    deny.reset();
    grant.mutate({
      request,
      scopes: chosen.scopes,
      datasets: toDatasets(chosen.datasets),
      budget: toBudget(chosen.budget),
      callsPerHour: toCallsPerHour(chosen.rate),
      expiresInDays: toExpiresInDays(chosen.lifetime),
    });
  };
  return (
    <Paper withBorder p={{ base: "md", xs: "xl" }} shadow="xs">
      <form method="post" onSubmit={form.onSubmit(allow)} noValidate>
        <Stack gap="lg">
          <Stack gap="xs">
            <Title order={1} fz={22} ref={heading} tabIndex={-1} style={{ overflowWrap: "anywhere" }}>
              Connect <bdi>{client.name}</bdi>?
            </Title>
            <AppIdentity client={client} device={device} />
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              You are signed in as <bdi>{props.user.email}</bdi>.{" "}
              <Anchor component="button" type="button" inherit onClick={() => void props.onOtherAccount()}>
                Use another account
              </Anchor>
            </Text>
          </Stack>
          {connection && <Earlier asked={asked} />}
          <Divider />
          <ScopesField
            asked={asked.scopes}
            held={connection?.scopes}
            value={values.scopes}
            onChange={(scopes) => form.setFieldValue("scopes", scopes)}
            error={errors.scopes}
          />
          <DatasetsField
            value={values.datasets}
            onChange={(datasets) => form.setFieldValue("datasets", datasets)}
            granted={connection && connection.datasets !== "all" ? connection.datasets : []}
          />
          <BudgetFields
            period={values.budget.period}
            credits={values.budget.credits}
            onPeriod={(period) => form.setFieldValue("budget", { ...values.budget, period })}
            onCredits={(credits) => form.setFieldValue("budget", { ...values.budget, credits })}
            error={errors.budget}
          />
          <RateField
            value={values.rate}
            onChange={(rate) => form.setFieldValue("rate", rate)}
            error={errors.rate}
          />
          <ExpiryField
            value={values.lifetime}
            onChange={(lifetime) => form.setFieldValue("lifetime", lifetime)}
          />
          <Divider />
          <Text size="sm" aria-live="polite">
            {summaryOf(values)} You can change or end this at any time.
          </Text>
          <ProblemAlert error={grant.error ?? deny.error} />
          {deliberate.warned && (
            <ProblemText
              detail="This window had only just come to the front."
              hint="If you meant to allow it, press Allow once more."
            />
          )}
          <Group grow>
            <Button
              variant="default"
              disabled={!live || busy}
              onClick={() => {
                grant.reset();
                deny.mutate({ request });
              }}
            >
              Deny
            </Button>
            <Button type="submit" loading={grant.isPending} disabled={!live || busy}>
              Allow
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

/** Its earlier choices; what it did not hold before is left for the user to tick. */
function initialValues({ scopes, connection }: AskedConnection, now: string) {
  if (!connection) {
    return {
      scopes,
      datasets: noDatasets,
      budget: firstBudget,
      rate: defaultRate,
      lifetime: defaultLifetime,
    };
  }
  return {
    scopes: scopes.filter((scope) => connection.scopes.includes(scope)),
    datasets: datasetsValueOf(connection.datasets),
    budget: valuesOf(connection.budget),
    rate: rateValueOf(connection.callsPerHour),
    lifetime: lifetimeOf(connection.expiresAt, new Date(now)),
  };
}

function Earlier({ asked: { scopes, connection } }: { asked: AskedConnection }) {
  const more = scopes.some((scope) => !connection?.scopes.includes(scope));
  return (
    <Text size="sm" p="sm" bg="var(--fltr-quiet)" style={{ borderRadius: "var(--mantine-radius-md)" }}>
      You connected this app before: what you chose then is filled in.
      {more && " It now asks for more, marked “new”: tick it if you agree."}
      {connection?.pausedAt && " It is paused; if you allow it, it goes on."}
    </Text>
  );
}
