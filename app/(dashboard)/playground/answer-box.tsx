"use client";

import { Alert, Button, Collapse, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconInfoCircle } from "@tabler/icons-react";
import { ButtonLink } from "../../_components/links.tsx";
import { onceOpened } from "../../_components/once-opened.tsx";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { problemOf } from "../../_trpc/problem.ts";
import type { ChosenOptions } from "../search/option-words.ts";
import { SearchResult } from "../search/search-result.tsx";
import { AskedWords } from "./asked-words.tsx";
import { CallTabs } from "./call-tabs.tsx";
import type { Asked } from "./call-words.ts";
import { placeText, signalsText } from "./explain-words.ts";
import type { Answer, useAsk } from "./use-ask.ts";

const SaveEndpoint = onceOpened(async () => (await import("../search/save-endpoint.tsx")).SaveEndpoint);

export function AnswerBox(props: {
  ask: ReturnType<typeof useAsk>;
  /** As the fields have it now. */
  asked: Asked;
  /** With what the endpoint saves. */
  tuned: ChosenOptions;
  /** Whether an endpoint can be saved for what is asked. */
  own: boolean;
  address: string;
  /** The other setting's answer. */
  other?: { name: string; answer: Answer | undefined };
}) {
  const { ask, asked, other } = props;
  const [calling, { toggle }] = useDisclosure();
  const [saving, save] = useDisclosure();
  const [datasetId] = asked.datasetIds;
  const answer = ask.isPending ? undefined : ask.data;
  return (
    <Stack gap="md">
      <Group gap="xs">
        <Button size="xs" variant="default" aria-expanded={calling} onClick={toggle}>
          As a call
        </Button>
        {props.own && (
          <Button size="xs" variant="default" onClick={save.open}>
            Save as an endpoint
          </Button>
        )}
      </Group>
      <Collapse expanded={calling}>
        <CallTabs address={props.address} asked={asked} />
      </Collapse>
      <div aria-live="polite" aria-busy={ask.isPending}>
        {ask.isPending && <Skeleton h={140} radius="lg" />}
        {ask.error && !ask.isPending && <Refusal error={ask.error} />}
        {answer && (
          <Stack gap="md">
            {answer.notice && (
              <Alert variant="default" icon={<IconInfoCircle />}>
                {answer.notice}
              </Alert>
            )}
            <SearchResult
              result={{ ...answer, query: answer.asked.question }}
              note={(hit) => (
                <Text size="xs" c="dimmed" className="numeric" mt="xs">
                  {[
                    answer.asked.datasetIds.length > 1 ? hit.datasetName : "",
                    signalsText(hit.signals),
                    other ? placeText(hit.chunkId, other.name, other.answer) : "",
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </Text>
              )}
            />
            {answer.explanation && <AskedWords explanation={answer.explanation} />}
          </Stack>
        )}
      </div>
      {saving && datasetId && (
        <SaveEndpoint datasetId={datasetId} options={props.tuned} opened onClose={save.close} />
      )}
    </Stack>
  );
}

/** Why there is no answer, and where its owner can change that. */
function Refusal({ error }: { error: unknown }) {
  const { code } = problemOf(error);
  return (
    <Stack gap="sm">
      <ProblemAlert error={error} />
      {code === "insufficient_credits" && (
        <Group>
          <ButtonLink href="/credits" size="xs" variant="default">
            Get credits
          </ButtonLink>
        </Group>
      )}
      {code === "rate_limited" && (
        <Group>
          <ButtonLink href="/limits" size="xs" variant="default">
            See your limits
          </ButtonLink>
        </Group>
      )}
    </Stack>
  );
}
