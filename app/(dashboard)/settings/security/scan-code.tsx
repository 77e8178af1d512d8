"use client";

import { Button, Code, Group, Stack, Text, TextInput } from "@mantine/core";
import { isNotEmpty, useForm } from "@mantine/form";
import { useState } from "react";
import { authRequest } from "../../../_components/auth-request.ts";
import { QrCode } from "./qr-code.tsx";

/** Nothing is on until a code shows that the app has the secret. */
export function ScanCode({ totpUri, onVerified }: { totpUri: string; onVerified: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { code: "" },
    validate: { code: isNotEmpty("Enter the six digits that the app shows") },
  });
  const verify = async ({ code }: typeof form.values) => {
    setBusy(true);
    const answer = await authRequest("two-factor/verify-totp", { code: code.replace(/\s/g, "") });
    setBusy(false);
    if (answer.ok) await onVerified();
    else form.setFieldError("code", answer.message);
  };
  const secret = URL.parse(totpUri)?.searchParams.get("secret") ?? "";
  return (
    <form onSubmit={form.onSubmit((values) => void verify(values))}>
      <Stack>
        <Text size="sm">Scan this with the app, or type the key into it.</Text>
        <Group justify="center">
          <QrCode text={totpUri} label="Code to scan with an authenticator app" />
        </Group>
        <Code block fz="sm" style={{ overflowWrap: "anywhere", whiteSpace: "pre-wrap" }}>
          {secret.match(/.{1,4}/g)?.join(" ")}
        </Code>
        <TextInput
          label="Code that the app shows"
          inputMode="numeric"
          autoComplete="one-time-code"
          data-autofocus
          key={form.key("code")}
          {...form.getInputProps("code")}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            Turn on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
