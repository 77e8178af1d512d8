"use client";

import { Box, Button, Collapse, Group, Paper, Select, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { ReactNode } from "react";
import { defaultEndpoint } from "#server/operations.ts";
import { OptionFields } from "../search/option-fields.tsx";
import { type ChosenOptions, optionsText } from "../search/option-words.ts";
import type { Endpoints } from "./use-endpoints.ts";
import type { Setting } from "./view.ts";

/** What every answer here has. */
const always = ["highlights", "explain"] as const;

export function SettingFields(props: {
  name: string;
  setting: Setting;
  endpoints: Endpoints;
  narrow: boolean;
  onChange: (setting: Setting) => void;
  action: ReactNode;
}) {
  const { setting, endpoints, onChange } = props;
  const [choosing, { toggle }] = useDisclosure(props.narrow || Object.keys(setting.options).length > 0);
  const saved = endpoints.savedOf(setting.endpoint);
  const fixed = endpoints.fixedOf(setting.endpoint);
  const names = [defaultEndpoint, ...endpoints.items.map(({ name }) => name)];
  const offered = names.includes(setting.endpoint) ? names : [...names, setting.endpoint];
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }}>
      <Group justify="space-between" align="center" gap="xs">
        <Title order={2} fz="md">
          {props.name}
        </Title>
        {props.action}
      </Group>
      {offered.length > 1 && (
        <Select
          label="Endpoint"
          size="sm"
          mt="sm"
          maw={320}
          allowDeselect={false}
          data={offered}
          value={setting.endpoint}
          onChange={(name) =>
            name && onChange({ endpoint: name, options: without(setting.options, endpoints.fixedOf(name)) })
          }
        />
      )}
      <Group gap="xs" mt="xs" align="baseline">
        <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
          {optionsText({ ...saved, ...setting.options })}
        </Text>
        <Button size="compact-sm" variant="subtle" onClick={toggle} aria-expanded={choosing}>
          Options
        </Button>
        {Object.keys(setting.options).length > 0 && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            onClick={() => onChange({ ...setting, options: {} })}
          >
            Reset
          </Button>
        )}
      </Group>
      <Collapse expanded={choosing}>
        <Box pt="sm">
          <OptionFields
            value={setting.options}
            saved={saved}
            fixed={fixed}
            hidden={always}
            narrow={props.narrow}
            onChange={(options) => onChange({ ...setting, options })}
          />
        </Box>
      </Collapse>
    </Paper>
  );
}

function without(options: ChosenOptions, names: readonly string[]): ChosenOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}
