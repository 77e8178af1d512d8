import { Table, TableTbody, TableTd, TableTfoot, TableTh, TableThead, TableTr } from "@mantine/core";
import { formatNumber } from "../../_components/format.ts";
import { TableBox } from "../../_components/table-box.tsx";
import type { Grouping, GroupTotal } from "./series.ts";

const heads: Record<Grouping, string> = {
  credential: "App or key",
  dataset: "Dataset",
  operation: "Operation",
};

export function UsageTable({ totals, grouping }: { totals: readonly GroupTotal[]; grouping: Grouping }) {
  const sum = (field: "calls" | "emptyCalls" | "creditsCharged") =>
    totals.reduce((total, row) => total + row[field], 0);
  return (
    <TableBox>
      <Table aria-label="Usage in this time">
        <TableThead>
          <TableTr>
            <TableTh>{heads[grouping]}</TableTh>
            <TableTh w={100} ta="right">
              Calls
            </TableTh>
            <TableTh w={140} ta="right" visibleFrom="sm">
              Found nothing
            </TableTh>
            <TableTh w={110} ta="right">
              Credits
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {totals.map(({ group, label, calls, emptyCalls, creditsCharged }) => (
            <TableTr key={group}>
              <TableTd style={{ overflowWrap: "anywhere" }}>{label}</TableTd>
              <TableTd ta="right" className="numeric">
                {formatNumber(calls)}
              </TableTd>
              <TableTd ta="right" className="numeric" visibleFrom="sm">
                {formatNumber(emptyCalls)}
              </TableTd>
              <TableTd ta="right" className="numeric">
                {formatNumber(creditsCharged)}
              </TableTd>
            </TableTr>
          ))}
        </TableTbody>
        {totals.length > 1 && (
          <TableTfoot>
            <TableTr>
              <TableTh>All</TableTh>
              <TableTh ta="right" className="numeric">
                {formatNumber(sum("calls"))}
              </TableTh>
              <TableTh ta="right" className="numeric" visibleFrom="sm">
                {formatNumber(sum("emptyCalls"))}
              </TableTh>
              <TableTh ta="right" className="numeric">
                {formatNumber(sum("creditsCharged"))}
              </TableTh>
            </TableTr>
          </TableTfoot>
        )}
      </Table>
    </TableBox>
  );
}
