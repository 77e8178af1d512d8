"use client";

import { Table, TableTbody, TableTh, TableThead, TableTr, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { problemOf } from "../../../_trpc/problem.ts";
import { useTRPC } from "../../../_trpc/provider.tsx";
import { undoable, useLeaving } from "../../undoable.tsx";
import { type DocumentAct, DocumentRow, type ListedDocument } from "./document-row.tsx";
import classes from "./document-table.module.css";
import type { ListView } from "./list-view.ts";
import { SortHeader } from "./sort-header.tsx";

export function DocumentTable(props: {
  datasetId: string;
  items: readonly ListedDocument[];
  onShow: (document: ListedDocument) => void;
  view: ListView;
  onSort: (view: ListView) => void;
}) {
  const { datasetId } = props;
  const order = { view: props.view, onChange: props.onSort };
  const trpc = useTRPC();
  const queries = useQueryClient();
  const outcome = {
    // Also after a refusal: what was there a moment ago may be gone.
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(trpc.documents.list.pathFilter()),
        queries.invalidateQueries(trpc.datasets.pathFilter()),
      ]),
    onError: (error: unknown) => {
      const { detail, hint } = problemOf(error);
      notifications.show({ color: "red", title: detail, message: hint });
    },
  };
  const { mutateAsync: remove } = useMutation(trpc.documents.delete.mutationOptions(outcome));
  const { mutate: retry } = useMutation(trpc.documents.retry.mutationOptions(outcome));
  const { mutate: cancel } = useMutation(trpc.documents.cancel.mutationOptions(outcome));
  const leaving = useLeaving();
  const act = useCallback(
    (what: DocumentAct, { id, title }: ListedDocument) => {
      const one = { datasetId, documentId: id };
      if (what === "retry") return retry(one);
      if (what === "cancel") return cancel(one);
      undoable({
        id,
        message: `“${title}” is being deleted with its passages.`,
        act: () => remove(one),
      });
    },
    [datasetId, retry, cancel, remove],
  );
  return (
    <div className={classes.box}>
      <Table aria-label="Documents">
        <TableThead>
          <TableTr>
            <SortHeader sort="title" {...order}>
              Document
            </SortHeader>
            <TableTh w={110}>State</TableTh>
            <SortHeader sort="size" {...order} w={100} ta="right" visibleFrom="sm">
              Size
            </SortHeader>
            <SortHeader sort="passages" {...order} w={110} ta="right" visibleFrom="sm">
              Passages
            </SortHeader>
            <SortHeader sort="added" {...order} w={160} visibleFrom="md">
              Added
            </SortHeader>
            <TableTh w={84}>
              <VisuallyHidden>Actions</VisuallyHidden>
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {props.items
            .filter(({ id }) => !leaving.has(id))
            .map((document) => (
              <DocumentRow key={document.id} document={document} onShow={props.onShow} onAct={act} />
            ))}
        </TableTbody>
      </Table>
    </div>
  );
}
