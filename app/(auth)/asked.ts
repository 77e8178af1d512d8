/** The app that waits for its user to sign in, and its request, to be sent along with the form. */
export type Asked = { app: string; oauthQuery: string };

export function withRequest(asked: Asked | undefined): { oauth_query?: string } {
  return asked ? { oauth_query: asked.oauthQuery } : {};
}

/** The other form, with the same way onwards. */
export function otherForm(path: "/sign-in" | "/sign-up", next: string, asked: Asked | undefined): string {
  return asked ? `${path}?${asked.oauthQuery}` : `${path}?next=${encodeURIComponent(next)}`;
}
