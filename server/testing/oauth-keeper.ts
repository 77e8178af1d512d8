/** What an app keeps between its starts, as the official clients ask for it; its browser is given. */
export class OAuthKeeper {
  readonly redirectUrl: string;
  readonly clientMetadataUrl?: string;
  readonly clientMetadata;
  information: unknown;
  kept: { access_token: string; refresh_token?: string } | undefined;
  verifier = "";
  discovered: unknown;
  callback: URLSearchParams | undefined;
  private readonly browse: (url: URL) => Promise<URL>;

  /** `browse` goes to the authorization endpoint and answers where the browser arrived in the end. */
  constructor(
    redirectUrl: string,
    browse: (url: URL) => Promise<URL>,
    { name = "Official client", metadataUrl }: { name?: string; metadataUrl?: string | undefined } = {},
  ) {
    this.redirectUrl = redirectUrl;
    this.browse = browse;
    if (metadataUrl) this.clientMetadataUrl = metadataUrl;
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [redirectUrl],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    };
  }
  clientInformation() {
    return this.information as never;
  }
  saveClientInformation(information: unknown) {
    this.information = information;
  }
  tokens() {
    return this.kept as never;
  }
  saveTokens(tokens: { access_token: string; refresh_token?: string | undefined }) {
    this.kept = tokens as typeof this.kept;
  }
  async redirectToAuthorization(url: URL) {
    this.callback = (await this.browse(url)).searchParams;
  }
  saveDiscoveryState(discovered: unknown) {
    this.discovered = discovered;
  }
  discoveryState() {
    return this.discovered as never;
  }
  invalidateCredentials(what: string) {
    if (what === "tokens" || what === "all") this.kept = undefined;
  }
  saveCodeVerifier(verifier: string) {
    this.verifier = verifier;
  }
  codeVerifier() {
    return this.verifier;
  }
}
