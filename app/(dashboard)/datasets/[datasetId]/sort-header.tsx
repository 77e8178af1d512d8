"use client";

import { TableTh, type TableThProps, UnstyledButton } from "@mantine/core";
import { IconChevronDown, IconChevronUp } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type ListView, type Sort, sortedBy } from "./list-view.ts";

/** A column's head that sorts by it. */
export function SortHeader({
  sort,
  view,
  onChange,
  children,
  ...props
}: Omit<TableThProps, "onChange"> & {
  sort: Sort;
  view: ListView;
  onChange: (view: ListView) => void;
  children: ReactNode;
}) {
  const active = view.sort === sort;
  const Arrow = view.order === "asc" ? IconChevronUp : IconChevronDown;
  return (
    <TableTh {...props} aria-sort={active ? (view.order === "asc" ? "ascending" : "descending") : "none"}>
      <UnstyledButton fz="inherit" fw="inherit" onClick={() => onChange(sortedBy(view, sort))}>
        {children}
        {active && <Arrow size={14} aria-hidden="true" style={{ verticalAlign: -2, marginLeft: 4 }} />}
      </UnstyledButton>
    </TableTh>
  );
}
