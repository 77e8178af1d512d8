"use client";

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBookmark } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { EmptyBox } from "../../../../_components/empty-box.tsx";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC } from "../../../../_trpc/provider.tsx";
import { SaveEndpoint } from "../../../search/save-endpoint.tsx";
import { EndpointCard } from "./endpoint-card.tsx";

/** As many as a dataset can have. */
const limit = 100;

export function EndpointsPanel({ datasetId, address }: { datasetId: string; address: string }) {
  const trpc = useTRPC();
  const { data, error, refetch } = useQuery(trpc.endpoints.list.queryOptions({ datasetId, limit }));
  const [making, make] = useDisclosure();
  const button = <Button onClick={make.open}>New endpoint</Button>;
  return (
    <Stack gap="lg">
      <ProblemAlert error={error} onRetry={() => void refetch()} />
      {!data && !error && <Skeleton h={140} radius="lg" />}
      {data?.items.length === 0 && (
        <EmptyBox
          icon={<IconBookmark size={22} stroke={1.6} />}
          title="No endpoints besides default"
          action={button}
        >
          An endpoint is a search saved under a name, with options that suit a purpose. Try options on the tab
          Search and save them from there, or make one here.
        </EmptyBox>
      )}
      {data && data.items.length > 0 && (
        <>
          <Group justify="space-between" align="flex-start">
            <Text size="sm" c="dimmed" maw="60ch" flex="1 1 260px">
              Callers name an endpoint and get its options. Every dataset also has the endpoint default.
            </Text>
            {button}
          </Group>
          <Stack component="ul" gap="sm" p={0} m={0} style={{ listStyle: "none" }} aria-label="Endpoints">
            {data.items.map((endpoint) => (
              <li key={endpoint.id}>
                <EndpointCard endpoint={endpoint} address={address} />
              </li>
            ))}
          </Stack>
        </>
      )}
      {making && <SaveEndpoint datasetId={datasetId} options={{}} opened onClose={make.close} />}
    </Stack>
  );
}
