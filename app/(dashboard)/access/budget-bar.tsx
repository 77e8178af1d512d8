import { Group, Progress, Text } from "@mantine/core";
import { operations } from "#server/operations.ts";
import { type UsedBudget, usedText } from "../../_components/access-fields/budget.ts";

const price = operations["search.query"].priceCredits;

export function BudgetBar({ budget, name }: { budget: UsedBudget; name: string }) {
  const { credits, used } = budget;
  const spent = used + price > credits;
  return (
    <Group gap="sm" style={{ rowGap: 4 }}>
      <Progress
        w={140}
        size="sm"
        value={Math.min(100, Math.round((100 * used) / credits))}
        color={spent ? "red" : "pine"}
        aria-label={`Budget used by ${name}`}
      />
      <Text size="sm" className="numeric">
        {usedText(budget)}
      </Text>
      {spent && (
        <Text size="sm" c="var(--mantine-color-error)">
          Too little left for a search
        </Text>
      )}
    </Group>
  );
}
