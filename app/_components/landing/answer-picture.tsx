import { Badge, Group, Text } from "@mantine/core";
import classes from "./landing.module.css";

/** One question and its answer, as an app and its owner see them. */
export function AnswerPicture() {
  return (
    <figure className={classes.answer} style={{ margin: 0 }} aria-label="Example of a search and its receipt">
      <div className={classes.ask}>
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            Claude on my laptop searches Product handbook
          </Text>
          <Badge size="sm" variant="default" tt="none" fw={500}>
            mcp:query
          </Badge>
        </Group>
        <Text fw={600} mt={4}>
          how long can a customer return an item?
        </Text>
      </div>
      <div className={classes.hit}>
        <Group justify="space-between" wrap="nowrap">
          <Text size="sm" fw={600}>
            Returns and refunds
          </Text>
          <Text size="sm" c="dimmed" className="numeric">
            0.94
          </Text>
        </Group>
        <Text size="sm" c="dimmed">
          Policies › Returns › Time limits
        </Text>
        <Text size="sm" mt={8} lh={1.6}>
          A <mark>customer</mark> may <mark>return</mark> an <mark>item</mark> within 30 days of delivery.
          Items that were opened can be exchanged, but not refunded.
        </Text>
      </div>
      <dl className={classes.foot}>
        <div>
          <dt>Charged</dt>
          <dd>10 credits</dd>
        </div>
        <div>
          <dt>Left</dt>
          <dd>9,990</dd>
        </div>
        <div>
          <dt>Receipt</dt>
          <dd>rcpt_7Kq2…</dd>
        </div>
      </dl>
    </figure>
  );
}
