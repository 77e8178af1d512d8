"use client";

import {
  Button,
  Skeleton,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  TextInput,
  VisuallyHidden,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { formatNumber } from "../../_components/format.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import classes from "./accounts-view.module.css";
import { type Account, GrantCredits } from "./grant-credits.tsx";

export function AccountsView() {
  const trpc = useTRPC();
  const place = usePlace();
  const [typed, setTyped] = useState("");
  const [search] = useDebouncedValue(typed.trim(), 250);
  const [chosen, setChosen] = useState<Account | null>(null);
  const users = useQuery({
    ...trpc.admin.users.queryOptions({
      ...(search ? { search } : {}),
      ...(place.cursor ? { cursor: place.cursor } : {}),
    }),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader
        title="Accounts"
        description="Everyone with an account on this installation. Only admins see this page."
      />
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
        <div className={classes.box}>
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
                <TableTh w={120} ta="right">
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
                  </TableTd>
                  <TableTd visibleFrom="sm">{user.banned ? "banned" : user.role}</TableTd>
                  <TableTd visibleFrom="md">
                    <TimeText value={user.createdAt} />
                  </TableTd>
                  <TableTd ta="right" className="numeric">
                    {formatNumber(user.balance)}
                  </TableTd>
                  <TableTd ta="right">
                    <Button
                      size="compact-sm"
                      variant="default"
                      aria-label={`Give credits to ${user.name}`}
                      onClick={() => setChosen(user)}
                    >
                      Give
                      <Text span inherit visibleFrom="sm">
                        &nbsp;credits
                      </Text>
                    </Button>
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </div>
      )}
      <Pager
        place={place}
        nextCursor={users.data?.nextCursor}
        label="Pages of accounts"
        busy={users.isPlaceholderData}
      />
      <GrantCredits account={chosen} onClose={() => setChosen(null)} />
    </>
  );
}
