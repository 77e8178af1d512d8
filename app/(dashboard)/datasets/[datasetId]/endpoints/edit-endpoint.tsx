"use client";

import { Modal, Skeleton } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../../../_components/problem-alert.tsx";
import { useTRPC, useTRPCClient } from "../../../../_trpc/provider.tsx";
import { EndpointForm, type EndpointValues } from "../../../search/endpoint-form.tsx";
import { sentOptions } from "../../../search/option-words.ts";

export function EditEndpoint(props: {
  endpointId: string;
  name: string;
  opened: boolean;
  onClose: () => void;
}) {
  const { endpointId, name, onClose } = props;
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const { data, error } = useQuery({
    ...trpc.endpoints.get.queryOptions({ endpointId }),
    enabled: props.opened,
  });
  const save = useMutation({
    mutationFn: async ({ publish, title, description, options, fixed }: EndpointValues) => {
      await client.endpoints.update.mutate({
        endpointId,
        title: title.trim() || name,
        description,
        options: sentOptions(options),
        fixed,
      });
      return publish ? client.endpoints.publish.mutate({ endpointId }) : null;
    },
    onSuccess: (published) => {
      notifications.show({ message: published ? `${name} is version ${published.version}` : "Draft saved" });
      onClose();
    },
    onSettled: () => queries.invalidateQueries(trpc.endpoints.pathFilter()),
  });
  return (
    <Modal opened={props.opened} onClose={onClose} title={`Change ${name}`} size="lg">
      <ProblemAlert error={error} />
      {!data && !error && <Skeleton h={300} />}
      {data && (
        <EndpointForm
          named
          initial={{ name, publish: true, ...data.draft }}
          submit="Save"
          publishLabel="Publish the change at once"
          pending={save.isPending}
          problem={<ProblemAlert error={save.error} />}
          onSubmit={(values) => save.mutate(values)}
          onCancel={onClose}
        />
      )}
    </Modal>
  );
}
