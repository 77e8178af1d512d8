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
import { memo } from "react";
import { EmptyBox } from "../../_components/empty-box.tsx";
import { formatNumber } from "../../_components/format.ts";
import { PageHeader } from "../../_components/page-header.tsx";
import { Pager, usePlaceInAddress } from "../../_components/pager.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { TableBox } from "../../_components/table-box.tsx";
import { TimeText } from "../../_components/time-text.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { ExportReceipts } from "./export-receipts.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { type Filters, toInput } from "./filters.ts";
import { ReceiptDrawer } from "./receipt-drawer.tsx";
import { ReceiptSettings } from "./receipt-settings.tsx";
import { credentialWords, type Receipt, receiptTitle } from "./receipt-words.ts";
import classes from "./receipts.module.css";
import { useFilters } from "./use-filters.ts";

export function ReceiptsView() {
  const { filters, setFilters, receiptId, show } = useFilters();
  return (
    <>
      <PageHeader
        title="Receipts"
        description="What your keys and apps have read: each search and each document, what it returned, and what it cost."
        actions={<ExportReceipts filters={filters} />}
      />
      <FilterBar filters={filters} onChange={setFilters} />
      <ReceiptTable key={JSON.stringify(filters)} filters={filters} onShow={show} />
      <ReceiptSettings />
      <ReceiptDrawer receiptId={receiptId} onClose={() => show(null)} />
    </>
  );
}

function ReceiptTable(props: { filters: Filters; onShow: (receiptId: string) => void }) {
  const trpc = useTRPC();
  const place = usePlaceInAddress();
  const input = { ...toInput(props.filters), ...(place.cursor ? { cursor: place.cursor } : {}) };
  const receipts = useQuery({
    ...trpc.receipts.list.queryOptions(input),
    placeholderData: keepPreviousData,
  });
  const filtered = Object.keys(props.filters).length > 0;
  return (
    <>
      <ProblemAlert error={receipts.error} onRetry={() => void receipts.refetch()} />
      {receipts.isPending && <Skeleton h={200} radius="lg" />}
      {receipts.data?.items.length === 0 && (
        <EmptyBox
          icon={<IconReceipt size={22} stroke={1.6} />}
          title={filtered ? "No receipt is like that" : "No receipts yet"}
        >
          {filtered
            ? "Take a filter away to see more."
            : "Search a dataset, here or from an app: each search leaves a receipt."}
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
                <Row key={receipt.id} receipt={receipt} onShow={props.onShow} />
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
    </>
  );
}

const Row = memo(function Row(props: { receipt: Receipt; onShow: (receiptId: string) => void }) {
  const { receipt } = props;
  return (
    <TableTr>
      <TableTd>
        <UnstyledButton className={classes.query} onClick={() => props.onShow(receipt.id)}>
          <Text span size="sm" fw={500} lineClamp={2}>
            {receiptTitle(receipt)}
          </Text>
        </UnstyledButton>
        <Text size="sm" c="dimmed" hiddenFrom="sm" style={{ overflowWrap: "anywhere" }}>
          {credentialWords(receipt)}, <TimeText value={receipt.createdAt} />
        </Text>
      </TableTd>
      <TableTd visibleFrom="sm" style={{ overflowWrap: "anywhere" }}>
        {credentialWords(receipt)}
      </TableTd>
      <TableTd ta="right" visibleFrom="sm" className="numeric">
        {receipt.outcome === "empty" ? "nothing" : formatNumber(receipt.hitCount)}
      </TableTd>
      <TableTd ta="right" className="numeric">
        {formatNumber(receipt.creditsCharged)}
      </TableTd>
      <TableTd visibleFrom="md">
        <TimeText value={receipt.createdAt} />
      </TableTd>
    </TableTr>
  );
});
