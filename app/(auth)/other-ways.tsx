"use client";

import { Button, Divider, Stack } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { IconBrandGithub, IconBrandGoogle, IconFingerprint, IconLogin2 } from "@tabler/icons-react";
import { useState } from "react";
import { authRequest } from "../_components/auth-request.ts";
import { passkeysSupported } from "../_components/passkeys.ts";
import { type Asked, otherForm, withRequest } from "./asked.ts";

export type Provider = { id: "google" | "github" | "oidc"; name: string };

const icons = { google: IconBrandGoogle, github: IconBrandGithub, oidc: IconLogin2 };

type Props = {
  next: string;
  asked: Asked | undefined;
  providers: readonly Provider[];
  /** Absent where there is no account yet that could have one. */
  onPasskey?: () => void;
  onProblem: (message: string) => void;
};

/** Ways in without a password. */
export function OtherWays({ next, asked, providers, onPasskey, onProblem }: Props) {
  const live = useMounted();
  const [leaving, setLeaving] = useState<string | null>(null);
  const withPasskey = onPasskey && live && passkeysSupported();
  const leave = async (provider: Provider["id"]) => {
    setLeaving(provider);
    const page = asked ? otherForm("/sign-in", next, asked) : next;
    const answer = await authRequest("sign-in/social", {
      provider,
      callbackURL: page,
      // The page of a request that is passed on must not be changed by one letter.
      errorCallbackURL: `/sign-in?next=${encodeURIComponent(page)}`,
      ...withRequest(asked),
    });
    if (answer.ok && answer.url) return window.location.assign(answer.url);
    setLeaving(null);
    onProblem(answer.ok ? "This way is not open just now. Use another one." : answer.message);
  };
  if (providers.length === 0 && !onPasskey) return null;
  return (
    <Stack gap="xs" mt="md">
      <Divider label="or" mb={4} />
      {onPasskey && (
        <Button
          type="button"
          variant="default"
          fullWidth
          disabled={!withPasskey}
          leftSection={<IconFingerprint size={18} aria-hidden="true" />}
          onClick={onPasskey}
        >
          Sign in with a passkey
        </Button>
      )}
      {providers.map(({ id, name }) => {
        const Icon = icons[id];
        return (
          <Button
            key={id}
            type="button"
            variant="default"
            fullWidth
            disabled={!live}
            loading={leaving === id}
            leftSection={<Icon size={18} aria-hidden="true" />}
            onClick={() => void leave(id)}
          >
            Continue with {name}
          </Button>
        );
      })}
    </Stack>
  );
}
