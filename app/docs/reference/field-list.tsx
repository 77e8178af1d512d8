import { Box, Text } from "@mantine/core";
import type { Field } from "./operation.ts";

/** In an answer every field is there unless it says otherwise, so "required" would say nothing. */
export function FieldList(props: { title: string; fields: readonly Field[]; answer?: boolean }) {
  if (props.fields.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600} mb={4}>
        {props.title}
      </Text>
      <Box component="dl" m={0}>
        {props.fields.map(({ name, type, required, description }) => (
          <Box key={name} py={4} style={{ borderTop: "1px solid var(--fltr-line)" }}>
            <dt>
              <Text span ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
                {name}
              </Text>{" "}
              <Text span size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                {type}
                {required && !props.answer ? ", required" : ""}
                {!required && props.answer ? ", may be absent" : ""}
              </Text>
            </dt>
            <dd style={{ margin: 0 }}>
              <Text size="sm" c="dimmed">
                {description}
              </Text>
            </dd>
          </Box>
        ))}
      </Box>
    </div>
  );
}
