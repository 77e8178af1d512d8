"use client";

import {
  Group,
  SegmentedControl,
  Skeleton,
  Stack,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { PageHeader } from "../../../_components/page-header.tsx";
import { PageSection } from "../../../_components/page-section.tsx";
import { Pager, usePlace } from "../../../_components/pager.tsx";
import { ProblemAlert } from "../../../_components/problem-alert.tsx";
import { TableBox } from "../../../_components/table-box.tsx";
import { TimeText } from "../../../_components/time-text.tsx";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { Funnel } from "./funnel.tsx";

export function AccessView() {
  return (
    <>
      <PageHeader
        title="Keys and apps"
        description="How far apps get in connecting, and every key and app of every account."
      />
      <Stack gap={40}>
        <Funnel />
        <Credentials />
      </Stack>
    </>
  );
}

const kindWords = { apiKey: "Key", connection: "App", login: "Signed-in program" };
const kinds = [
  { value: "all", label: "All" },
  { value: "apiKey", label: "Keys" },
  { value: "connection", label: "Apps" },
  { value: "login", label: "Programs" },
] as const;

function Credentials() {
  const trpc = useTRPC();
  const place = usePlace();
  const [kind, setKind] = useState<(typeof kinds)[number]["value"]>("all");
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const found = useQuery({
    ...trpc.admin.credentials.queryOptions({
      ...(kind === "all" ? {} : { kind }),
      ...(search ? { search } : {}),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <PageSection id="credentials" title="Keys and apps of everyone">
      <Group mb="md">
        <TextInput
          type="search"
          style={{ flex: "1 1 14rem" }}
          maw={360}
          aria-label="Search keys and apps"
          placeholder="Its name, or its owner's address"
          maxLength={200}
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            place.restart();
          }}
        />
        <SegmentedControl
          size="sm"
          aria-label="Kind"
          data={[...kinds]}
          value={kind}
          onChange={(chosen) => {
            setKind(chosen);
            place.restart();
          }}
        />
      </Group>
      <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />
      {found.isPending && <Skeleton h={200} radius="lg" />}
      {found.data?.items.length === 0 && <Text c="dimmed">There is none of these.</Text>}
      {found.data && found.data.items.length > 0 && (
        <TableBox>
          <Table aria-labelledby="credentials">
            <TableThead>
              <TableTr>
                <TableTh>Name and owner</TableTh>
                <TableTh w={160} visibleFrom="sm">
                  Kind
                </TableTh>
                <TableTh w={140} visibleFrom="md">
                  Made
                </TableTh>
                <TableTh w={140} ta="right">
                  Last call
                </TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {found.data.items.map((item) => (
                <TableTr key={item.id}>
                  <TableTd style={{ overflowWrap: "anywhere" }}>
                    <Text size="sm" fw={500}>
                      <bdi>{item.name || "Without a name"}</bdi>
                      {item.start && (
                        <Text span c="dimmed" ff="monospace" size="xs">
                          {" "}
                          {item.start}…
                        </Text>
                      )}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {item.email}
                    </Text>
                  </TableTd>
                  <TableTd visibleFrom="sm">
                    {kindWords[item.kind]}
                    {item.pausedAt && ", paused"}
                    {item.expiresAt &&
                      new Date(item.expiresAt) < new Date(found.dataUpdatedAt) &&
                      ", expired"}
                  </TableTd>
                  <TableTd visibleFrom="md">
                    <TimeText value={item.createdAt} />
                  </TableTd>
                  <TableTd ta="right">
                    {item.lastUsedAt ? <TimeText value={item.lastUsedAt} /> : "Never"}
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
      <Pager
        place={place}
        nextCursor={found.data?.nextCursor}
        label="Pages of keys and apps"
        busy={found.isPlaceholderData}
      />
    </PageSection>
  );
}
