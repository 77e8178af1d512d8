"use client";

import { Anchor, Button, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMounted } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { holdsScope } from "#server/operations.ts";
import type { AppRouter } from "#server/router.ts";
import {
  problemOfRate,
  toCallsPerHour,
  toDatasets,
  toExpiresInDays,
} from "../../_components/access-fields/access.ts";
import { problemOfCredits, toBudget } from "../../_components/access-fields/budget.ts";
import { BudgetFields } from "../../_components/access-fields/budget-fields.tsx";
import { onlyOwn } from "../../_components/access-fields/dataset-choices.ts";
import { DatasetsField } from "../../_components/access-fields/datasets-field.tsx";
import { ExpiryField } from "../../_components/access-fields/expiry-field.tsx";
import { RateField } from "../../_components/access-fields/rate-field.tsx";
import { ScopesField } from "../../_components/access-fields/scopes-field.tsx";
import { useDatasetChoices } from "../../_components/access-fields/use-dataset-choices.ts";
import { DeliberateNote } from "../../_components/deliberate-note.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useDeliberate } from "../../_components/use-deliberate.ts";
import type { User } from "../../_components/user.ts";
import { useTRPC } from "../../_trpc/provider.tsx";
import { AppIdentity } from "./app-identity.tsx";
import { type AskedConnection, additionOf, initialValues } from "./grant-values.ts";
import { keptText, summaryOf } from "./grant-words.ts";

type Request = inferRouterInputs<AppRouter>["connections"]["deny"]["request"];

/** `redirectUrl`: where the app waits for the answer; null for a device, which learns it by itself. */
export type Answered = { allowed: boolean; redirectUrl: string | null };

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
  const added = additionOf(asked, props.now);
  const [narrow, setNarrow] = useState(added.length > 0);
  const heading = useRef<HTMLHeadingElement>(null);
  // What the reader was on is gone: the code's field, when a device is connected.
  useEffect(() => {
    if (device) heading.current?.focus();
  }, [device]);
  const form = useForm({
    initialValues: initialValues(asked, props.now),
    validate: {
      scopes: (chosen) =>
        (narrow ? added : asked.scopes).some((scope) => chosen.includes(scope))
          ? null
          : "Choose at least one, or deny the request",
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
  const { errors } = form;
  const choices = useDatasetChoices();
  const suggested = !connection && !form.isTouched("datasets") && choices.data;
  const values = suggested
    ? { ...form.values, datasets: { all: false, ids: onlyOwn(choices.data.items) } }
    : form.values;
  const findsNothing = !narrow && !values.datasets.all && values.datasets.ids.length === 0;
  const [toldOfNone, setToldOfNone] = useState(false);
  const datasetsField = useRef<HTMLDivElement>(null);
  const held = asked.scopes.filter((scope) => !added.includes(scope));
  const busy = grant.isPending || deny.isPending || grant.isSuccess || deny.isSuccess;
  const allow = () => {
    if (!deliberate.check()) return;
    deny.reset();
    // An app may begin with nothing, but nobody should find that out from its empty answers.
    if (findsNothing && !toldOfNone && choices.data?.items.some(({ own }) => own)) {
      setToldOfNone(true);
      datasetsField.current?.querySelector<HTMLElement>("[type=checkbox]")?.focus();
      return;
    }
    if (narrow) return grant.mutate({ request, scopes: values.scopes });
    grant.mutate({
      request,
      scopes: values.scopes,
      datasets: toDatasets(values.datasets),
      budget: toBudget(values.budget),
      callsPerHour: toCallsPerHour(values.rate),
      expiresInDays: toExpiresInDays(values.lifetime),
    });
  };
  return (
    <Paper withBorder p={{ base: "md", xs: "xl" }} shadow="xs">
      <form method="post" onSubmit={form.onSubmit(allow)} noValidate>
        <Stack gap="lg">
          <Stack gap="xs">
            <Title order={1} fz={22} ref={heading} tabIndex={-1} style={{ overflowWrap: "anywhere" }}>
              {narrow ? (
                <>
                  <bdi>{client.name}</bdi> asks for more
                </>
              ) : (
                <>
                  Connect <bdi>{client.name}</bdi>?
                </>
              )}
            </Title>
            <AppIdentity client={client} device={device} />
            <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              You are signed in as <bdi>{props.user.email}</bdi>.{" "}
              <Anchor component="button" type="button" inherit onClick={() => void props.onOtherAccount()}>
                Use another account
              </Anchor>
            </Text>
          </Stack>
          {connection && narrow ? (
            <>
              <Divider />
              <ScopesField
                asked={added}
                value={values.scopes}
                onChange={(scopes) => form.setFieldValue("scopes", [...held, ...scopes])}
                error={errors.scopes}
              />
              <Quiet>
                {keptText(connection)}
                {connection.pausedAt && pausedText}{" "}
                <Anchor component="button" type="button" inherit onClick={() => setNarrow(false)}>
                  Change that too
                </Anchor>
              </Quiet>
            </>
          ) : (
            <>
              {connection && <Earlier asked={asked} />}
              <Divider />
              <ScopesField
                asked={asked.scopes}
                held={connection?.scopes}
                value={values.scopes}
                onChange={(scopes) => form.setFieldValue("scopes", scopes)}
                error={errors.scopes}
              />
              <div ref={datasetsField}>
                <DatasetsField
                  value={values.datasets}
                  onChange={(datasets) => form.setFieldValue("datasets", datasets)}
                  granted={connection && connection.datasets !== "all" ? connection.datasets : []}
                  error={
                    findsNothing && toldOfNone
                      ? "Choose at least one. To connect it without any for now, press Allow once more."
                      : null
                  }
                />
              </div>
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
            </>
          )}
          <ProblemAlert error={grant.error ?? deny.error} />
          {deliberate.warned && <DeliberateNote press="Allow" />}
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
            <Button
              type="submit"
              loading={grant.isPending}
              disabled={!live || busy || (!narrow && choices.isPending)}
            >
              Allow
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

function Earlier({ asked: { scopes, connection } }: { asked: AskedConnection }) {
  const more = scopes.some((scope) => connection && !holdsScope(connection.scopes, scope));
  return (
    <Quiet>
      You connected this app before: what you chose then is filled in.
      {more && " What it did not have then is marked “new”."}
      {connection?.pausedAt && pausedText}
    </Quiet>
  );
}

const pausedText = " It is paused; if you allow it, it goes on.";

function Quiet({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" p="sm" bg="var(--fltr-quiet)" style={{ borderRadius: "var(--mantine-radius-md)" }}>
      {children}
    </Text>
  );
}
