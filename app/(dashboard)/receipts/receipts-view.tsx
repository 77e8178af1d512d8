"use client";

import {
  Skeleton,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
  UnstyledButton,
} from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { formatNumber } from "../../_components/format.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { Pager, usePlace } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { ReceiptDrawer } from "./receipt-drawer.tsx";
import { credentialWords, type Receipt, receiptTitle } from "./receipt-words.ts";
import classes from "./receipts.module.css";

export function ReceiptsView() {
  const trpc = useTRPC();
  const place = usePlace();
  const [shown, setShown] = useState<Receipt | null>(null);
  const keys = useQuery(trpc.keys.list.queryOptions({}));
  const receipts = useQuery({
    ...trpc.receipts.list.queryOptions(place.cursor ? { cursor: place.cursor } : {}),
    placeholderData: keepPreviousData,
  });
  const who = (receipt: Receipt) => credentialWords(receipt, keys.data?.items ?? null);
  return (
    <>
      <PageHeader
        title="Receipts"
        description="What your keys and apps have read: each call that was charged, what it returned, and what it cost."
      />
      <ProblemAlert error={receipts.error} onRetry={() => void receipts.refetch()} />
      {receipts.isPending && <Skeleton h={200} radius="lg" />}
      {receipts.data?.items.length === 0 && (
        <EmptyBox icon={<IconReceipt size={22} stroke={1.6} />} title="No receipts yet">
          Search a dataset, here or from an app: each search that finds something leaves a receipt.
        </EmptyBox>
      )}
      {receipts.data && receipts.data.items.length > 0 && (
        <TableBox>
          <Table aria-label="Receipts">
            <TableThead>
              <TableTr>
                <TableTh>What</TableTh>
                <TableTh w={180} visibleFrom="sm">
                  By
                </TableTh>
                <TableTh w={100} ta="right" visibleFrom="sm">
                  Passages
                </TableTh>
                <TableTh w={90} ta="right">
                  Credits
                </TableTh>
                <TableTh w={140} visibleFrom="md">
                  When
                </TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {receipts.data.items.map((receipt) => (
                <TableTr key={receipt.id}>
                  <TableTd>
                    <UnstyledButton className={classes.query} onClick={() => setShown(receipt)}>
                      <Text span size="sm" fw={500} lineClamp={2}>
                        {receiptTitle(receipt)}
                      </Text>
                    </UnstyledButton>
                    <Text size="sm" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: "anywhere" }}>
                      {who(receipt)}, <TimeText value={receipt.createdAt} />
                    </Text>
                  </TableTd>
                  <TableTd visibleFrom="sm" style={{ overflowWrap: "anywhere" }}>
                    {who(receipt)}
                  </TableTd>
                  <TableTd ta="right" visibleFrom="sm" className="numeric">
                    {formatNumber(receipt.hitCount)}
                  </TableTd>
                  <TableTd ta="right" className="numeric">
                    {formatNumber(receipt.creditsCharged)}
                  </TableTd>
                  <TableTd visibleFrom="md">
                    <TimeText value={receipt.createdAt} />
                  </TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
      )}
      <Pager
        place={place}
        nextCursor={receipts.data?.nextCursor}
        label="Pages of receipts"
        busy={receipts.isPlaceholderData}
      />
      <ReceiptDrawer receipt={shown} by={shown ? who(shown) : ""} onClose={() => setShown(null)} />
    </>
  );
}
