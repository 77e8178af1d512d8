"use client";

import "@mantine/spotlight/styles.layer.css";
import { Spotlight, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import { IconDatabase, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useTRPC } from "../_trpc/provider.tsx";
import { type PlaceGroup, placesWithin } from "./places.ts";

/** Loaded once it is first asked for. */
export default function Palette(props: {
  groups: readonly PlaceGroup[];
  opened: boolean;
  onClose: () => void;
}) {
  const { opened } = props;
  const router = useRouter();
  const trpc = useTRPC();
  const datasets = useQuery(trpc.datasets.mine.queryOptions({}));
  const go = (href: string) => () => router.push(href);
  useEffect(() => (opened ? spotlight.open() : spotlight.close()), [opened]);
  const pages = props.groups.map(({ label, places }) => ({
    group: label,
    actions: places.flatMap(({ href: own, label: name, icon: Icon }) =>
      (placesWithin[own] ?? [{ href: own, label: "" }]).map(({ href, label: within }) => ({
        id: href,
        label: within ? `${name}: ${within}` : name,
        leftSection: <Icon size={18} stroke={1.7} aria-hidden="true" />,
        onClick: go(href),
      })),
    ),
  }));
  const own: SpotlightActionGroupData = {
    group: "Your datasets",
    actions: (datasets.data?.items ?? []).map(({ id, name }) => ({
      id,
      label: name,
      leftSection: <IconDatabase size={18} stroke={1.7} aria-hidden="true" />,
      onClick: go(`/datasets/${id}`),
    })),
  };
  return (
    <Spotlight
      shortcut={null}
      onSpotlightClose={props.onClose}
      actions={own.actions.length > 0 ? [...pages, own] : pages}
      nothingFound="No page or dataset has this in its name."
      attributes={{ content: { "aria-label": "Go to a page or dataset" } }}
      scrollable
      scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}
      maxHeight={420}
      searchProps={{
        "aria-label": "Go to a page or dataset",
        placeholder: "Go to…",
        leftSection: <IconSearch size={18} stroke={1.7} aria-hidden="true" />,
      }}
    />
  );
}
