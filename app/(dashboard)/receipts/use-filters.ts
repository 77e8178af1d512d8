"use client";

import { useSearchParams } from "next/navigation";
import { type Filters, readFilters, writeFilters } from "./filters.ts";

const shownReceipt = "receipt";

/** The page's address as state: filters, and the receipt that is opened. */
export function useFilters() {
  const search = new URLSearchParams(useSearchParams());
  return {
    filters: readFilters(search),
    setFilters: (filters: Filters) => go(writeFilters(search, filters), false),
    receiptId: search.get(shownReceipt),
    show: showReceipt,
  };
}

function showReceipt(receiptId: string | null): void {
  const search = new URLSearchParams(window.location.search);
  if (receiptId) search.set(shownReceipt, receiptId);
  else search.delete(shownReceipt);
  go(search.toString(), receiptId !== null);
}

function go(to: string, push: boolean): void {
  const address = to ? `?${to}` : window.location.pathname;
  if (push) window.history.pushState(null, "", address);
  else window.history.replaceState(null, "", address);
}
