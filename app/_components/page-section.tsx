import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** A part of a page under its heading, which names it. */
export function PageSection(props: { id: string; title: string; note?: string; children: ReactNode }) {
  const { id, title, note } = props;
  return (
    <section aria-labelledby={id}>
      <Title order={2} fz="lg" id={id} mb={note ? 4 : "sm"}>
        {title}
      </Title>
      {note && (
        <Text size="sm" c="dimmed" mb="sm">
          {note}
        </Text>
      )}
      {props.children}
    </section>
  );
}
