"use client";

import { Modal } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ProblemAlert } from "../../_components/problem-alert.tsx";
import { useTRPC } from "../../_trpc/provider.tsx";
import { EndpointForm } from "./endpoint-form.tsx";
import { type ChosenOptions, sentOptions } from "./option-words.ts";

/** A new endpoint, with the options that were tried. */
export function SaveEndpoint(props: {
  datasetId: string;
  options: ChosenOptions;
  opened: boolean;
  onClose: () => void;
}) {
  const { datasetId, onClose } = props;
  const trpc = useTRPC();
  const queries = useQueryClient();
  const create = useMutation(
    trpc.endpoints.create.mutationOptions({
      onSuccess: ({ name, version }) => {
        notifications.show({
          message: version === null ? `${name} is saved as a draft` : `${name} is published`,
        });
        onClose();
        return queries.invalidateQueries(trpc.endpoints.pathFilter());
      },
    }),
  );
  return (
    <Modal opened={props.opened} onClose={onClose} title="New endpoint" size="lg">
      <EndpointForm
        initial={{
          name: "",
          title: "",
          description: "",
          options: props.options,
          fixed: [],
          publish: true,
        }}
        submit="Save endpoint"
        publishLabel="Publish it at once"
        pending={create.isPending}
        problem={<ProblemAlert error={create.error} />}
        onSubmit={({ title, options, ...values }) =>
          create.mutate({
            datasetId,
            ...values,
            options: sentOptions(options),
            ...(title.trim() ? { title } : {}),
          })
        }
        onCancel={onClose}
      />
    </Modal>
  );
}
