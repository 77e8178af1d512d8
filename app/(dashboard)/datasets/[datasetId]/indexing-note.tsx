import { Progress, Stack, Text } from "@mantine/core";

/** That passages are made ready for another language or model; how many are left nobody counts. */
export function IndexingNote({ indexing }: { indexing: boolean }) {
  if (!indexing) return null;
  return (
    <Stack gap={6}>
      <Text size="sm" role="status">
        Its passages are being made ready anew. Searches work meanwhile, as before until it is done.
      </Text>
      <Progress value={100} size="sm" striped animated aria-label="Passages made ready anew" />
    </Stack>
  );
}
