"use client";

import {
  Anchor,
  Checkbox,
  CheckboxGroup,
  Paper,
  Radio,
  RadioGroup,
  Skeleton,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { count } from "../format.ts";
import { ProblemAlert } from "../problem-alert.tsx";
import type { DatasetsValue } from "./access.ts";
import type { DatasetChoice } from "./dataset-choices.ts";
import classes from "./datasets-field.module.css";
import { useDatasetChoices } from "./use-dataset-choices.ts";

/** More than fit into the list at once. */
const searchFrom = 9;

/** `granted`: what it has already, so that it is listed whatever else is. */
export function DatasetsField(props: {
  value: DatasetsValue;
  onChange: (value: DatasetsValue) => void;
  granted?: readonly { id: string; name: string }[];
  /** Why none is too few. */
  error?: string | null;
}) {
  const { value, onChange } = props;
  return (
    <Stack gap="sm">
      <RadioGroup
        label="Datasets it may search"
        value={value.all ? "all" : "chosen"}
        onChange={(chosen) => onChange({ ...value, all: chosen === "all" })}
      >
        <Stack gap="sm" mt="xs">
          <Radio value="chosen" label="Only those I choose" />
          <Radio
            value="all"
            label="All my datasets, also future ones"
            description="And every public dataset of this server"
          />
        </Stack>
      </RadioGroup>
      {!value.all && (
        <Choices
          granted={props.granted ?? []}
          ids={value.ids}
          error={props.error ?? null}
          onIds={(ids) => onChange({ all: false, ids })}
        />
      )}
    </Stack>
  );
}

function Choices(props: {
  granted: readonly { id: string; name: string }[];
  ids: readonly string[];
  error: string | null;
  onIds: (ids: string[]) => void;
}) {
  const { data, error, isPending, refetch } = useDatasetChoices();
  const [wanted, setWanted] = useState("");
  if (isPending) return <Skeleton h={120} radius="md" aria-label="Loading your datasets" />;
  if (!data) return <ProblemAlert error={error} onRetry={() => void refetch()} />;
  const listed = new Set(data.items.map(({ id }) => id));
  const kept = props.granted.filter(({ id }) => !listed.has(id)).map((one) => ({ ...one, own: false }));
  const items = [...data.items, ...kept];
  const words = wanted.trim().toLocaleLowerCase("en");
  const shown = items.filter(({ name }) => name.toLocaleLowerCase("en").includes(words));
  const own = shown.filter((item) => item.own);
  const others = shown.filter((item) => !item.own);
  return (
    <Stack gap="xs">
      {!items.some((item) => item.own) && (
        <Text size="sm" c="dimmed">
          You have no dataset of your own yet.{" "}
          <Anchor href="/datasets" target="_blank" inherit>
            Make one in a new tab
          </Anchor>
          ; you can add it here later.
        </Text>
      )}
      {items.length >= searchFrom && (
        <TextInput
          type="search"
          aria-label="Find a dataset"
          placeholder="Find a dataset"
          leftSection={<IconSearch size={16} aria-hidden="true" />}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter here looks for a dataset; it must not send the form around it.
            if (event.key === "Enter") event.preventDefault();
          }}
        />
      )}
      {items.length > 0 && (
        <Paper withBorder radius="md" className={classes.list}>
          <CheckboxGroup aria-label="Datasets" value={[...props.ids]} onChange={props.onIds}>
            <Group name="Yours" items={own} />
            <Group name="Public datasets of this server" items={others} />
          </CheckboxGroup>
          {shown.length === 0 && (
            <Text size="sm" c="dimmed" p="sm">
              No dataset has “{wanted.trim()}” in its name.
            </Text>
          )}
        </Paper>
      )}
      {items.length > 0 && (
        <Text
          size="sm"
          role="status"
          {...(props.ids.length > 0 ? { c: "dimmed" } : { fw: 550 })}
          {...(props.error ? { c: "error" } : {})}
        >
          {props.ids.length > 0
            ? `${count(props.ids.length, "dataset")} chosen${items.length > props.ids.length ? "; it cannot see the others" : ""}`
            : (props.error ?? "None chosen yet: it would find nothing")}
          {data.whole ? "" : "; there are more than can be listed here"}
        </Text>
      )}
    </Stack>
  );
}

function Group({ name, items }: { name: string; items: readonly DatasetChoice[] }) {
  if (items.length === 0) return null;
  return (
    <fieldset className={classes.group}>
      <legend className={classes.legend}>{name}</legend>
      {items.map((item) => (
        <Checkbox
          key={item.id}
          value={item.id}
          label={<bdi>{item.name}</bdi>}
          classNames={{ root: classes.item ?? "", label: classes.label ?? "" }}
        />
      ))}
    </fieldset>
  );
}
