"use client";

import {
  Button,
  Collapse,
  Stack,
  Table,
  TableTbody,
  TableTd,
  TableTh,
  TableThead,
  TableTr,
  Text,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { formatNumber } from "../../_components/format.ts";
import { TableBox } from "../../_components/table-box.tsx";
import { lookedForText, roleWords } from "./explain-words.ts";
import type { Answer } from "./use-ask.ts";

/** What became of the words of the question. */
export function AskedWords({ explanation }: { explanation: NonNullable<Answer["explanation"]> }) {
  const { terms, dropped } = explanation;
  const [opened, { toggle }] = useDisclosure();
  if (terms.length === 0 && dropped.length === 0) return null;
  return (
    <Stack gap="xs" align="flex-start">
      <Button size="compact-sm" variant="subtle" ml={-8} aria-expanded={opened} onClick={toggle}>
        What became of your words
      </Button>
      <Collapse expanded={opened} w="100%">
        <TableBox>
          <Table aria-label="Words of the question">
            <TableThead>
              <TableTr>
                <TableTh>Word</TableTh>
                <TableTh ta="right">Passages</TableTh>
                <TableTh>Also looked for</TableTh>
              </TableTr>
            </TableThead>
            <TableTbody>
              {terms.map((term, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a word comes once for each dataset
                <TableTr key={index}>
                  <TableTd style={{ overflowWrap: "anywhere" }}>
                    {term.word}
                    <Text size="xs" c="dimmed">
                      {roleWords[term.role]}
                    </Text>
                  </TableTd>
                  <TableTd ta="right" className="numeric">
                    {formatNumber(term.passages)}
                  </TableTd>
                  <TableTd style={{ overflowWrap: "anywhere" }}>{lookedForText(term)}</TableTd>
                </TableTr>
              ))}
            </TableTbody>
          </Table>
        </TableBox>
        {dropped.length > 0 && (
          <Text size="sm" c="dimmed" mt="xs" style={{ overflowWrap: "anywhere" }}>
            Left out, past the most that count: {dropped.join(", ")}
          </Text>
        )}
      </Collapse>
    </Stack>
  );
}
