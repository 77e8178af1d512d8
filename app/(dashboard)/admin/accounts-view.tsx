"use client";

import {
  ActionIcon,
  Button,
  Group,
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
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconGauge, IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { count, formatNumber } from "../../_components/format.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { PageSection } from "../../_components/page-section.tsx";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { ActAs } from "./act-as.tsx";
import { CreditRequests } from "./credit-requests.tsx";
import { GrantCredits, type Recipient } from "./grant-credits.tsx";
import { PaymentEvents } from "./payment-events.tsx";
import { type LimitedAccount, SetLimits } from "./set-limits.tsx";

export function AccountsView() {
  const trpc = useTRPC();
  const packs = useQuery(trpc.credits.packs.queryOptions({}));
  return (
    <>
      <PageHeader
        title="Accounts"
        description="Everyone with an account on this installation. Only admins see this page."
      />
      <Stack gap={40}>
        {packs.data?.canBuy === false && <CreditRequests />}
        <Accounts />
        {packs.data?.canBuy && <PaymentEvents />}
      </Stack>
    </>
  );
}

function Accounts() {
  const trpc = useTRPC();
  const place = usePlace();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const [receiving, setReceiving] = useState<Recipient | null>(null);
  const [limiting, setLimiting] = useState<LimitedAccount | null>(null);
  const users = useQuery({
    ...trpc.admin.users.queryOptions({
      ...(search ? { search } : {}),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <PageSection id="accounts" title="All accounts">
      <TextInput
        type="search"
        maw={360}
        mb="md"
        aria-label="Search accounts"
        placeholder="Name or e-mail address"
        maxLength={200}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          place.restart();
        }}
      />
      <ProblemAlert error={users.error} onRetry={() => void users.refetch()} />
      {users.isPending && <Skeleton h={200} radius="lg" />}
      {users.data?.items.length === 0 && <Text c="dimmed">No account matches “{search}”.</Text>}
      {users.data && users.data.items.length > 0 && (
        <TableBox>
          <Table aria-label="Accounts">
            <TableThead>
              <TableTr>
                <TableTh>Account</TableTh>
                <TableTh w={110} visibleFrom="sm">
                  Role
                </TableTh>
                <TableTh w={150} visibleFrom="md">
                  Joined
                </TableTh>
                <TableTh w={120} ta="right" visibleFrom="sm">
                  Balance
                </TableTh>
                <TableTh w="1%">
                  <VisuallyHidden>Actions</VisuallyHidden>
                </TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {users.data.items.map((user) => (
                <TableTr key={user.id}>
                  <TableTd style={{ overflowWrap: "anywhere" }}>
                    <Text size="sm" fw={500}>
                      {user.name}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {user.email}
                    </Text>
                    <Text size="sm" c="dimmed" className="numeric" hiddenFrom="sm">
                      {count(user.balance, "credit")}
                    </Text>
                  </TableTd>
                  <TableTd visibleFrom="sm">{user.banned ? "banned" : user.role}</TableTd>
                  <TableTd visibleFrom="md">
                    <TimeText value={user.createdAt} />
                  </TableTd>
                  <TableTd ta="right" className="numeric" visibleFrom="sm">
                    {formatNumber(user.balance)}
                  </TableTd>
                  <TableTd ta="right">
                    <Group gap="xs" wrap="nowrap" justify="flex-end">
                      <Button
                        size="compact-sm"
                        variant="default"
                        aria-label={`Give credits to ${user.name}`}
                        onClick={() =>
                          setReceiving({
                            userId: user.id,
                            words: `${user.name} (${user.email})`,
                            balance: user.balance,
                          })
                        }
                      >
                        Give
                        <Text span inherit visibleFrom="sm">
                          &nbsp;credits
                        </Text>
                      </Button>
                      <Tooltip label="Limits">
                        <ActionIcon
                          variant="default"
                          size={26}
                          aria-label={`Limits of ${user.name}`}
                          onClick={() => setLimiting(user)}
                        >
                          <IconGauge size={16} />
                        </ActionIcon>
                      </Tooltip>
                      {user.role !== "admin" && !user.banned && <ActAs user={user} />}
                    </Group>
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
      <Pager
        place={place}
        nextCursor={users.data?.nextCursor}
        label="Pages of accounts"
        busy={users.isPlaceholderData}
      />
      <GrantCredits recipient={receiving} onClose={() => setReceiving(null)} />
      <SetLimits account={limiting} onClose={() => setLimiting(null)} />
    </PageSection>
  );
}
