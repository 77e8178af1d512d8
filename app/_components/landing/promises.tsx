import { Box, Container, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { IconGauge, IconKey, IconPlayerStop, IconReceipt } from "@tabler/icons-react";
import classes from "./landing.module.css";

const promises = [
  {
    icon: IconKey,
    title: "Every app has a key of its own",
    text: "Say what each may do and until when. A key you did not hand out opens nothing.",
  },
  {
    icon: IconGauge,
    title: "Every answer says what is left",
    text: "Credits and limits come with each reply, so an app can pace itself and you are never surprised.",
  },
  {
    icon: IconReceipt,
    title: "Every search leaves a receipt",
    text: "Who asked, what was asked, which passages were read, what it cost. Nothing found costs nothing.",
  },
  {
    icon: IconPlayerStop,
    title: "Stop means the next call",
    text: "Revoke a key and its very next call is refused. No cache to wait for, no token that lives on.",
  },
];

export function Promises() {
  return (
    <Box component="section" className={`${classes.band} ${classes.quiet}`} aria-labelledby="promises">
      <Container size={1160} px="lg">
        <Title order={2} fz={{ base: 26, sm: 32 }} mb="xl" id="promises">
          You stay in charge of what is read
        </Title>
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }} spacing="xl">
          {promises.map(({ icon: Icon, title, text }) => (
            <Stack key={title} gap={8}>
              <Icon size={24} stroke={1.6} color="var(--mantine-color-anchor)" aria-hidden="true" />
              <Title order={3} fz="md">
                {title}
              </Title>
              <Text size="sm" c="dimmed" lh={1.6}>
                {text}
              </Text>
            </Stack>
          ))}
        </SimpleGrid>
      </Container>
    </Box>
  );
}
