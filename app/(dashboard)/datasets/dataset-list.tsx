import { Badge, Box, Group, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import Link from "next/link";
import { count } from "../../_components/format.ts";
import { TimeText } from "../../_components/time-text.tsx";
import classes from "./dataset-list.module.css";

type Dataset = {
  id: string;
  name: string;
  description: string;
  visibility: "private" | "public";
  documentCount: number;
  updatedAt: string;
};

export function DatasetList({ items }: { items: readonly Dataset[] }) {
  return (
    <ul className={classes.list}>
      {items.map((dataset) => (
        <li key={dataset.id}>
          <Link href={`/datasets/${dataset.id}`} prefetch={false} className={classes.row}>
            <Box flex={1} miw={0}>
              <Group gap="xs" wrap="nowrap">
                <Text fw={550} truncate>
                  {dataset.name}
                </Text>
                {dataset.visibility === "public" && (
                  <Badge size="sm" variant="default" tt="none" fw={500} style={{ flexShrink: 0 }}>
                    Public
                  </Badge>
                )}
              </Group>
              {dataset.description && (
                <Text size="sm" c="dimmed" lineClamp={2}>
                  {dataset.description}
                </Text>
              )}
              <Text size="sm" c="dimmed" className="numeric" hiddenFrom="sm">
                {count(dataset.documentCount, "document")}
              </Text>
            </Box>
            <Text size="sm" c="dimmed" className="numeric" style={{ flexShrink: 0 }} visibleFrom="sm">
              {count(dataset.documentCount, "document")}
            </Text>
            <Text size="sm" c="dimmed" w={110} ta="right" visibleFrom="sm">
              <TimeText value={dataset.updatedAt} />
            </Text>
            <IconChevronRight size={16} aria-hidden="true" color="var(--mantine-color-dimmed)" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
