/**
 * THE TABLE. Whatever a caller can do is a row here and a procedure in server/router.ts: REST routes, the
 * OpenAPI document, MCP tools, limits, scopes and prices are derived from it. All policy is here, and this
 * file imports nothing, so that the browser may read it too.
 */

export const scopes = {
  "mcp:query": "Search the datasets that were granted",
  "mcp:tools": "Use every tool and resource; includes mcp:query",
  "mcp:create": "Create and change datasets, documents and endpoints",
} as const;
export type Scope = keyof typeof scopes;

/** Scopes that come with another one. */
const implied: Partial<Record<Scope, readonly Scope[]>> = { "mcp:tools": ["mcp:query"] };

export function holdsScope(held: readonly Scope[], wanted: Scope): boolean {
  return held.some((scope) => scope === wanted || implied[scope]?.includes(wanted));
}

/** `login`: a token given for e-mail and password, which has all of its user's rights. */
export type CallerKind = "anonymous" | "apiKey" | "connection" | "login" | "session";

export const roles = ["user", "premium", "admin"] as const;
export type Role = (typeof roles)[number];

const hour = 3600;

/** Calls admitted in any window, by who calls. Keys of one account share theirs, so do its sign-ins and apps. */
export const tiers = {
  anonymous: { points: 50, windowSeconds: hour },
  apiKey: { points: 1_000, windowSeconds: hour },
  connection: { points: 5_000, windowSeconds: hour },
  login: { points: 5_000, windowSeconds: hour },
  session: { points: 5_000, windowSeconds: hour },
} as const satisfies Record<CallerKind, { points: number; windowSeconds: number }>;

/** Sessions, logins and connections draw on one limit. */
export const tierNames = {
  anonymous: "anonymous",
  apiKey: "apiKey",
  connection: "account",
  login: "account",
  session: "account",
} as const satisfies Record<CallerKind, string>;

/** An address that keeps sending bad credentials is refused before any is looked up. */
export const badCredentialLimit = { points: 100, windowSeconds: hour } as const;

/** What an address may ask of the authorization server, by path under /api/auth. */
export const authorizationLimits = {
  "/oauth2/register": { name: "clientRegistration", points: 60, windowSeconds: hour },
  "/oauth2/authorize": { name: "authorization", points: 600, windowSeconds: hour },
  "/oauth2/token": { name: "token", points: 6_000, windowSeconds: hour },
  "/oauth2/revoke": { name: "token", points: 6_000, windowSeconds: hour },
  "/oauth2/introspect": { name: "token", points: 6_000, windowSeconds: hour },
  "/device/code": { name: "deviceAuthorization", points: 60, windowSeconds: hour },
} as const satisfies Record<string, { name: string; points: number; windowSeconds: number }>;

/** Of a new password, in characters. Nothing is demanded of what they are. */
export const passwordLength = { min: 10, max: 128 } as const;

/**
 * What may be tried to get in, by path under /api/auth. `address`: from one address. `account`: for one e-mail
 * address, known or not, from browsers that never signed in to it. `device`: the same from one that did, which
 * therefore gets in while others guess.
 */
export const entryLimits = {
  "/sign-in/email": { name: "signIn", windowSeconds: hour, address: 300, account: 30, device: 30 },
  "/sign-up/email": { name: "signUp", windowSeconds: hour, address: 200, account: 10, device: 10 },
  "/request-password-reset": {
    name: "passwordReset",
    windowSeconds: hour,
    address: 60,
    account: 5,
    device: 5,
  },
  "/send-verification-email": {
    name: "verification",
    windowSeconds: hour,
    address: 60,
    account: 5,
    device: 5,
  },
  "/reset-password": { name: "secretLink", windowSeconds: hour, address: 100 },
  "/verify-email": { name: "secretLink", windowSeconds: hour, address: 100 },
  "/sign-in/social": { name: "providers", windowSeconds: hour, address: 300 },
  "/two-factor/verify-totp": { name: "secondFactor", windowSeconds: hour, address: 100 },
  "/two-factor/verify-backup-code": { name: "secondFactor", windowSeconds: hour, address: 100 },
  "/passkey/generate-authenticate-options": { name: "passkeys", windowSeconds: hour, address: 600 },
  "/passkey/verify-authentication": { name: "passkeys", windowSeconds: hour, address: 600 },
} as const satisfies Record<string, EntryLimit>;

export type EntryLimit = {
  readonly name: string;
  readonly windowSeconds: number;
  readonly address: number;
  readonly account?: number;
  readonly device?: number;
};

/** Who is signed in may try his own password so often: to change it, or to prove again who he is. */
export const passwordTryLimit = { name: "passwordTries", points: 20, windowSeconds: hour } as const;

/** Mails about a new browser or program; all sign-ins stand in the audit log. */
export const newSignInMailLimit = { name: "newSignInMails", points: 5, windowSeconds: 24 * hour } as const;

/** What cannot be taken back is done within so long of signing in, or of proving again who one is. */
export const recentSeconds = 15 * 60;

/** Mails that an owner may do without; what tells of ways in and of the account's end always comes. */
export const mailKinds = ["lowBalance", "creditRequests", "payments", "answers"] as const;
export type MailKind = (typeof mailKinds)[number];

/** How long an admin may act as somebody else. */
export const impersonationSeconds = hour;

/** Tier points are multiplied by the larger of what the role and the balance give. */
export const roleMultipliers: Record<Role, number> = { user: 1, premium: 5, admin: 1 };
export const balanceMultipliers = [
  { fromCredits: 1_000_000, multiplier: 10 },
  { fromCredits: 100_000, multiplier: 3 },
] as const;

/** Credits given to each new account. */
export const signUpGrant = 10_000;

/** Below this an account is told that its credits run low, unless its owner set another threshold. */
export const defaultLowThreshold = signUpGrant / 10;

/** What can be bought at once. `priceCents` is in hundredths of the currency. */
export const creditPacks = [
  { id: "pack_10k", credits: 10_000, priceCents: 900, currency: "usd" },
  { id: "pack_50k", credits: 50_000, priceCents: 3_900, currency: "usd" },
  { id: "pack_250k", credits: 250_000, priceCents: 14_900, currency: "usd" },
] as const;

/** Most automatic top-ups that an owner can allow in a month (UTC). */
export const topUpsPerMonth = { default: 1, max: 100 } as const;

/** Every dataset has it, and it saves no options. */
export const defaultEndpoint = "default";

/** Reading a document costs so much for each full so many characters of its text. */
export const ingestionPrice = { credits: 1, characters: 10_000 } as const;

/** The same for its vectors, where a model makes them that the operator configured. */
export const vectorPrice = { credits: 1, characters: 10_000 } as const;

/** A hold that was neither captured nor released is given back after this long. */
export const holdSeconds = 120;

/** While its call runs a hold is kept alive, but no longer than this after it was taken. */
export const longestHoldSeconds = 15 * 60;

export const pageSize = { default: 50, max: 200 } as const;

type Method = "GET" | "POST" | "PATCH" | "DELETE";

export type Operation = {
  /** For people and OpenAPI. */
  readonly summary: string;
  readonly kind: "query" | "mutation";
  /** Changes nothing, although its input asks for a POST. */
  readonly readOnly?: true;
  /** Who may call; a session, a login and an admin hold every scope. Nobody but anonymous: no credential is looked at. */
  readonly callers: readonly CallerKind[];
  readonly scope: Scope | null;
  readonly role?: "admin";
  /** The operation's own limit, besides the tier's; in place of it where no credential is looked at. */
  readonly limit?: { readonly points: number; readonly windowSeconds: number };
  /**
   * A limit for each value of this input field from each address: guessing at one account does not pay, and
   * its owner, elsewhere, is not held up.
   */
  readonly limitEach?: { readonly field: string; readonly points: number; readonly windowSeconds: number };
  /** Points a call takes from every limit. */
  readonly weight: number;
  /** Name of the input list whose every item counts and costs as a call: of a batch. */
  readonly perItem?: string;
  /** Credits, held before the work and captured after it. 0: free. */
  readonly priceCredits: number;
  /** What this option of the call, or of the endpoint it names, costs besides, where it was done. */
  readonly extra?: { readonly option: string; readonly credits: number };
  /** The price is for each started so many characters of this input field, of each text when it is a list. */
  readonly meter?: { readonly field: string; readonly characters: number };
  readonly rest: {
    readonly method: Method;
    /** Under /api/v1; `{name}` is an input field. */
    readonly path: string;
    readonly status: 200 | 201 | 202 | 204;
    /** Told apart from another row of the same path by the body's type. */
    readonly consumes?: "multipart/form-data" | "application/x-www-form-urlencoded";
  };
  /** Bodies and errors as clients of a fastapi-users back end know them: unknown fields are ignored. */
  readonly dialect?: "fastapi-users";
  /** Cannot be taken back: whoever sits at a session proved lately who he is. */
  readonly recentProof?: true;
  /** A document's text is part of its JSON, which may therefore be larger than others'. */
  readonly carriesDocument?: true;
  /** Name and words for a model; null: not a tool. */
  readonly tool: { readonly name: string; readonly title: string; readonly description: string } | null;
};

const everyone = ["anonymous", "apiKey", "connection", "login", "session"] as const;
const identified = ["apiKey", "connection", "login", "session"] as const;
/** Their user's own doing, in a browser or by a program that signed in. */
const signedIn = ["login", "session"] as const;
/** What needs the browser's cookie. */
const sessionOnly = ["session"] as const;
const nobody = ["anonymous"] as const;

/** Of a search: a model reads the passages. */
const reranking = { option: "rerank", credits: 5 } as const;

/** What most rows have in common. */
const free = { weight: 1, priceCredits: 0, tool: null } as const;

const asFastApiUsers = { ...free, dialect: "fastapi-users" } as const;

export const operations = {
  "datasets.list": {
    ...free,
    summary: "List the datasets you may query: your own and public ones",
    kind: "query",
    callers: everyone,
    scope: null,
    rest: { method: "GET", path: "/mcp/datasets", status: 200 },
    tool: {
      name: "list_datasets",
      title: "List datasets",
      description:
        "Lists the datasets you can search, each with its id, name and what it holds. Call this first when you do not know a dataset id. Free.",
    },
  },
  "datasets.manifest": {
    ...free,
    summary: "What a dataset offers: endpoints, schemas, scopes and prices",
    kind: "query",
    callers: everyone,
    scope: null,
    rest: { method: "GET", path: "/mcp/manifest/{datasetId}", status: 200 },
  },
  "search.query": {
    summary: "Search a dataset through one of its endpoints",
    kind: "query",
    callers: identified,
    scope: "mcp:query",
    weight: 1,
    priceCredits: 10,
    extra: reranking,
    rest: { method: "GET", path: "/mcp/query/{datasetId}/{endpoint}", status: 200 },
    tool: {
      name: "query_dataset",
      title: "Search a dataset",
      description:
        "Searches one dataset and returns the best matching passages, each with its document, heading path and text. Write the query as the words you expect in the answer; put words that should stand together in quotes. An empty result costs nothing.",
    },
  },
  "search.across": {
    summary: "Search several datasets at once; each that has a hit is charged",
    kind: "query",
    callers: identified,
    scope: "mcp:query",
    weight: 1,
    perItem: "datasetIds",
    priceCredits: 10,
    extra: reranking,
    rest: { method: "POST", path: "/mcp/query", status: 200 },
    tool: {
      name: "query_datasets",
      title: "Search several datasets",
      description:
        "Searches up to 20 datasets at once and returns the best passages of all of them in one list, each with its dataset. Use it when you do not know which dataset has the answer. Each dataset counts and costs as a query_dataset of its own, those without a hit nothing.",
    },
  },
  "search.batch": {
    summary: "Run several searches in one call; each that finds something is charged",
    kind: "mutation",
    readOnly: true,
    callers: identified,
    scope: "mcp:query",
    limit: { points: 100, windowSeconds: hour },
    weight: 1,
    perItem: "queries",
    priceCredits: 10,
    extra: reranking,
    rest: { method: "POST", path: "/mcp/batch-query", status: 200 },
    tool: {
      name: "batch_query",
      title: "Search several times at once",
      description:
        "Runs up to 50 searches at the same time, of one dataset or several, and returns the hits of each. Use it for questions that fall into parts, and for other wordings of one. Each search counts and costs as query_dataset does; what finds nothing is free.",
    },
  },
  "embeddings.create": {
    summary: "Turn a text into a vector",
    kind: "mutation",
    callers: identified,
    scope: "mcp:tools",
    weight: 1,
    priceCredits: 1,
    meter: { field: "text", characters: 1_000 },
    rest: { method: "POST", path: "/embeddings", status: 200 },
    tool: null,
  },
  "embeddings.batch": {
    summary: "Turn several texts into vectors; each that succeeds is charged",
    kind: "mutation",
    callers: identified,
    scope: "mcp:tools",
    limit: { points: 200, windowSeconds: hour },
    weight: 1,
    perItem: "texts",
    priceCredits: 1,
    meter: { field: "texts", characters: 1_000 },
    rest: { method: "POST", path: "/embeddings/batch", status: 200 },
    tool: null,
  },
  "geocoding.city": {
    summary: "Find a city: its coordinates, country, region and population",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    weight: 1,
    priceCredits: 1,
    rest: { method: "GET", path: "/geocoding/city", status: 200 },
    tool: {
      name: "geocode_city",
      title: "Locate a city",
      description:
        "Gives latitude, longitude, country, region and, when known, population of a city. Takes a name in any language or spelling; candidates lists others of the same name, the most populous first. Name the country when you know it. A city that is not found costs nothing.",
    },
  },
  "datasets.mine": {
    ...free,
    summary: "List your own datasets",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets", status: 200 },
  },
  "datasets.create": {
    ...free,
    summary: "Create a dataset",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/datasets", status: 201 },
  },
  "datasets.get": {
    ...free,
    summary: "Read a dataset of yours and how far its documents are",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}", status: 200 },
  },
  "datasets.update": {
    ...free,
    summary: "Rename a dataset, describe it, make it public or private",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/datasets/{datasetId}", status: 200 },
  },
  "datasets.delete": {
    ...free,
    summary: "Delete a dataset with everything in it",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "DELETE", path: "/datasets/{datasetId}", status: 204 },
  },
  "documents.create": {
    ...free,
    carriesDocument: true,
    summary: "Add a document as text, or a page by its address",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/datasets/{datasetId}/documents", status: 201 },
    tool: {
      name: "add_document",
      title: "Add a document",
      description:
        "Adds a text as a document to a dataset of the user's own; in some seconds it can be searched. Give an externalId to replace it later by sending it again. Adding is free; reading it into the dataset costs 1 credit for each full 10,000 characters.",
    },
  },
  "documents.upload": {
    ...free,
    summary: "Add documents as files, many at once",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: {
      method: "POST",
      path: "/datasets/{datasetId}/documents",
      status: 201,
      consumes: "multipart/form-data",
    },
  },
  "documents.list": {
    ...free,
    summary: "List a dataset's documents and their states",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/documents", status: 200 },
  },
  "documents.get": {
    ...free,
    summary: "Read a document: its state and its text",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/documents/{documentId}", status: 200 },
  },
  "documents.read": {
    ...free,
    summary: "Read in a document of a dataset you may query: a range, or what stands around a hit",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/mcp/documents/{datasetId}/{documentId}", status: 200 },
    tool: {
      name: "read_document",
      title: "Read in a document",
      description:
        "Reads a document's text: with chunkId what stands around a hit, with start and end a range, without any the beginning. Use it when a passage breaks off or its context matters. Returns at most length characters and says how many stand before and after. Free.",
    },
  },
  "documents.update": {
    ...free,
    summary: "Give a document another title or metadata; it is not read again",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/datasets/{datasetId}/documents/{documentId}", status: 200 },
  },
  "documents.cancel": {
    ...free,
    summary: "Stop the reading of a document; what was sent is kept",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/datasets/{datasetId}/documents/{documentId}/cancel", status: 200 },
  },
  "documents.retry": {
    ...free,
    summary: "Read a document again that failed, without sending it again",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/datasets/{datasetId}/documents/{documentId}/retry", status: 200 },
  },
  "documents.delete": {
    ...free,
    summary: "Delete a document",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "DELETE", path: "/datasets/{datasetId}/documents/{documentId}", status: 204 },
  },
  "sources.create": {
    ...free,
    summary: "Read documents from the web: a page, a sitemap or an archive, once or on a schedule",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    limit: { points: 120, windowSeconds: hour },
    rest: { method: "POST", path: "/datasets/{datasetId}/sources", status: 201 },
  },
  "sources.list": {
    ...free,
    summary: "List where a dataset's documents are read from, and what came of it",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/sources", status: 200 },
  },
  "sources.get": {
    ...free,
    summary: "One source, with the pages that could not be read",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/sources/{sourceId}", status: 200 },
  },
  "sources.update": {
    ...free,
    summary: "Change how often a source is read",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/datasets/{datasetId}/sources/{sourceId}", status: 200 },
  },
  "sources.refresh": {
    ...free,
    summary: "Read a source again now; what did not change costs nothing",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    limit: { points: 120, windowSeconds: hour },
    rest: { method: "POST", path: "/datasets/{datasetId}/sources/{sourceId}/refresh", status: 200 },
  },
  "sources.delete": {
    ...free,
    summary: "Delete a source; its documents stay unless you say otherwise",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "DELETE", path: "/datasets/{datasetId}/sources/{sourceId}", status: 204 },
  },
  "resources.list": {
    ...free,
    summary: "List the datasets and documents you may read, each as an MCP resource",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/mcp/resources", status: 200 },
  },
  "resources.suggest": {
    ...free,
    summary: "Datasets, or documents of one, whose id or name begins as typed",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/mcp/suggestions", status: 200 },
  },
  "flags.list": {
    ...free,
    summary: "List passages that look like orders to a model",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/flags", status: 200 },
  },
  "flags.decide": {
    ...free,
    summary: "Approve a flagged passage, or redact it for good",
    kind: "mutation",
    // Nobody whom the passage could talk into it.
    callers: sessionOnly,
    scope: null,
    rest: { method: "POST", path: "/datasets/{datasetId}/flags/{chunkId}", status: 200 },
  },
  "endpoints.list": {
    ...free,
    summary: "List a dataset's endpoints: saved queries; of your own also drafts",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/mcp/endpoints", status: 200 },
    tool: {
      name: "list_endpoints",
      title: "List endpoints",
      description:
        "Lists a dataset's endpoints: saved queries with options that suit a purpose. Give one's name to query_dataset. Every dataset also has the endpoint default. Free.",
    },
  },
  "endpoints.create": {
    ...free,
    summary: "Save a query as an endpoint of a dataset of yours: as a draft, or published at once",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/mcp/endpoints", status: 201 },
    tool: {
      name: "create_endpoint",
      title: "Create an endpoint",
      description:
        "Saves search options under a name on a dataset of the user's own. Try them with query_dataset first. Without publish it is a draft that only its owner sees. Free.",
    },
  },
  "endpoints.get": {
    ...free,
    summary: "Read an endpoint of yours: its draft and every version that was published",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/mcp/endpoints/{endpointId}", status: 200 },
  },
  "endpoints.update": {
    ...free,
    summary: "Change an endpoint's draft; callers get what is published until you publish again",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/mcp/endpoints/{endpointId}", status: 200 },
  },
  "endpoints.publish": {
    ...free,
    summary: "Publish an endpoint's draft as its next version, or an older version again",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/mcp/endpoints/{endpointId}/publish", status: 200 },
  },
  "endpoints.delete": {
    ...free,
    summary: "Delete an endpoint with all its versions; its callers are told that it does not exist",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "DELETE", path: "/mcp/endpoints/{endpointId}", status: 204 },
  },
  "golden.create": {
    ...free,
    summary: "Keep a golden question: what a dataset of yours must find, and in which documents",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "POST", path: "/datasets/{datasetId}/golden", status: 201 },
  },
  "golden.list": {
    ...free,
    summary: "List the golden questions of a dataset of yours",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/golden", status: 200 },
  },
  "golden.update": {
    ...free,
    summary: "Change a golden question",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/datasets/{datasetId}/golden/{questionId}", status: 200 },
  },
  "golden.delete": {
    ...free,
    summary: "Delete a golden question",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "DELETE", path: "/datasets/{datasetId}/golden/{questionId}", status: 204 },
  },
  "golden.evaluate": {
    ...free,
    summary: "Ask every golden question and score the answers: recall, nDCG, MRR and what changed",
    kind: "mutation",
    callers: identified,
    scope: "mcp:tools",
    limit: { points: 30, windowSeconds: hour },
    rest: { method: "POST", path: "/datasets/{datasetId}/golden/evaluate", status: 200 },
  },
  "golden.runs": {
    ...free,
    summary: "List the last runs of the golden questions, newest first",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/golden/runs", status: 200 },
  },
  "golden.getRun": {
    ...free,
    summary: "Read a run: every question with its scores and the places of its documents",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/golden/runs/{runId}", status: 200 },
  },
  "golden.getSettings": {
    ...free,
    summary: "What is done when changed documents make answers worse",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/datasets/{datasetId}/golden/settings", status: 200 },
  },
  "golden.settings": {
    ...free,
    summary:
      "Set what is done when changed documents make answers worse: nothing, a mail, or keeping the old text",
    kind: "mutation",
    callers: identified,
    scope: "mcp:create",
    rest: { method: "PATCH", path: "/datasets/{datasetId}/golden/settings", status: 200 },
  },
  "credits.get": {
    ...free,
    summary: "Your balance and what is held",
    kind: "query",
    callers: identified,
    scope: null,
    rest: { method: "GET", path: "/credits", status: 200 },
  },
  "credits.entries": {
    ...free,
    summary: "Your statement, newest first",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    rest: { method: "GET", path: "/credits/entries", status: 200 },
  },
  "credits.packs": {
    ...free,
    summary: "What credits cost here, and whether they can be bought or are asked for",
    kind: "query",
    callers: everyone,
    scope: null,
    rest: { method: "GET", path: "/credits/packs", status: 200 },
  },
  "credits.checkout": {
    ...free,
    summary: "Begin to buy a credit pack: the address of Stripe's payment page",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/credits/checkout", status: 201 },
  },
  "credits.request": {
    ...free,
    summary: "Ask the admins for credits, where none can be bought",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/credits/requests", status: 201 },
  },
  "credits.settings": {
    ...free,
    summary: "Set the threshold of low balance alerts and the automatic top-up",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "PATCH", path: "/credits/settings", status: 200 },
  },
  "meter.status": {
    ...free,
    summary: "Where you stand: balance, budget, limits and scopes in one answer",
    kind: "query",
    callers: identified,
    scope: null,
    rest: { method: "GET", path: "/status", status: 200 },
    tool: {
      name: "account_status",
      title: "See what is left",
      description:
        "Tells the balance in credits, what this connection may still spend, how many calls remain until the limit resets, and where the owner can raise them. Free.",
    },
  },
  "meter.quote": {
    ...free,
    summary: "What a call would cost, without doing it",
    kind: "mutation",
    readOnly: true,
    callers: identified,
    scope: null,
    rest: { method: "POST", path: "/quote", status: 200 },
    tool: {
      name: "quote",
      title: "Ask a price",
      description:
        "Tells what calling a tool with some arguments would cost at most, without calling it, and whether balance and budget suffice. Use it before a batch or a long job. Free.",
    },
  },
  "limits.get": {
    ...free,
    summary: "Your limits: used, remaining, and when they free",
    kind: "query",
    callers: everyone,
    scope: null,
    rest: { method: "GET", path: "/limits", status: 200 },
  },
  "limits.refusals": {
    ...free,
    summary: "What your limits refused, and what ran into them",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/limits/refusals", status: 200 },
  },
  "usage.get": {
    ...free,
    summary: "Calls and credits by day, and by app or key, dataset or operation",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/usage", status: 200 },
  },
  "alerts.list": {
    ...free,
    summary:
      "What needs your eye: budgets nearly used, paused calls, keys that expire, documents that failed",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/alerts", status: 200 },
  },
  "receipts.list": {
    ...free,
    summary: "What your keys and apps have read, newest first",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/receipts", status: 200 },
  },
  "receipts.get": {
    ...free,
    summary: "One receipt: the query and the passages it returned",
    kind: "query",
    callers: identified,
    scope: "mcp:tools",
    rest: { method: "GET", path: "/receipts/{receiptId}", status: 200 },
  },
  "receipts.getSettings": {
    ...free,
    summary: "How long receipts are kept, and whether queries are",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/receipts/settings", status: 200 },
  },
  "receipts.settings": {
    ...free,
    summary: "Set how long receipts are kept, and whether queries are",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "PATCH", path: "/receipts/settings", status: 200 },
  },
  "keys.create": {
    ...free,
    summary: "Create an API key; the only time it is shown",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/keys", status: 201 },
  },
  "keys.list": {
    ...free,
    summary: "List your API keys",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/keys", status: 200 },
  },
  "keys.update": {
    ...free,
    summary: "Rename an API key or change its budget",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "PATCH", path: "/keys/{keyId}", status: 200 },
  },
  "keys.delete": {
    ...free,
    summary: "Revoke an API key; its next call is refused",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "DELETE", path: "/keys/{keyId}", status: 204 },
  },
  "keys.rotate": {
    ...free,
    summary: "Give an API key a new secret; the old one works for a time you choose",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/keys/{keyId}/rotate", status: 200 },
  },
  "connections.ask": {
    ...free,
    summary: "Who asks to be connected, and for what",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    // The code of a device is short: guessing one must not pay.
    limit: { points: 60, windowSeconds: hour },
    rest: { method: "POST", path: "/connections/requests", status: 200 },
  },
  "connections.grant": {
    ...free,
    summary: "Connect an app: what it may read, spend and for how long",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    limit: { points: 60, windowSeconds: hour },
    rest: { method: "POST", path: "/connections", status: 201 },
  },
  "connections.deny": {
    ...free,
    summary: "Refuse a request to be connected",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    limit: { points: 60, windowSeconds: hour },
    rest: { method: "POST", path: "/connections/denials", status: 200 },
  },
  "connections.list": {
    ...free,
    summary: "List your connected apps",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/connections", status: 200 },
  },
  "connections.update": {
    ...free,
    summary: "Change what an app may read, spend and for how long, or pause it; in force on its next call",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "PATCH", path: "/connections/{connectionId}", status: 200 },
  },
  "connections.delete": {
    ...free,
    summary: "Disconnect an app; its next call is refused",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "DELETE", path: "/connections/{connectionId}", status: 204 },
  },
  "connections.createMachine": {
    ...free,
    summary: "Register a machine of yours that signs in with a secret of its own (client_credentials)",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/connections/machines", status: 201 },
  },
  "connections.registerClient": {
    ...free,
    summary: "Register an app of yours that asks its users by authorization code",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    rest: { method: "POST", path: "/connections/clients", status: 201 },
  },
  "connections.clients": {
    ...free,
    summary: "List the apps and machines that you registered",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/connections/clients", status: 200 },
  },
  "connections.deleteClient": {
    ...free,
    summary: "Delete an app or machine that you registered, with every connection to it",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "DELETE", path: "/connections/clients/{clientId}", status: 204 },
  },
  "auth.register": {
    ...asFastApiUsers,
    summary: "Create an account; the first one becomes admin",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 60, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/register", status: 201 },
  },
  "auth.login": {
    ...asFastApiUsers,
    summary: "Sign in with e-mail and password: a bearer token with all of your rights",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 300, windowSeconds: hour },
    limitEach: { field: "username", points: 10, windowSeconds: hour / 4 },
    rest: {
      method: "POST",
      path: "/auth/jwt/login",
      status: 200,
      consumes: "application/x-www-form-urlencoded",
    },
  },
  "auth.refresh": {
    ...asFastApiUsers,
    summary: "Trade a refresh token for a new pair",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 1_200, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/jwt/refresh", status: 200 },
  },
  "auth.logout": {
    ...asFastApiUsers,
    summary: "End the login whose token is sent; its next call is refused",
    kind: "mutation",
    callers: ["login"],
    scope: null,
    rest: { method: "POST", path: "/auth/jwt/logout", status: 204 },
  },
  "auth.forgotPassword": {
    ...asFastApiUsers,
    summary: "Ask for a mail with a link to set a new password; answered alike for every address",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 60, windowSeconds: hour },
    limitEach: { field: "email", points: 5, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/forgot-password", status: 202 },
  },
  "auth.resetPassword": {
    ...asFastApiUsers,
    summary: "Set a new password with the token of that mail; every login and session ends",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 100, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/reset-password", status: 200 },
  },
  "auth.requestVerifyToken": {
    ...asFastApiUsers,
    summary: "Ask for a mail that verifies the address; answered alike for every address",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 60, windowSeconds: hour },
    limitEach: { field: "email", points: 5, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/request-verify-token", status: 202 },
  },
  "auth.verify": {
    ...asFastApiUsers,
    summary: "Verify an e-mail address with the token of that mail",
    kind: "mutation",
    callers: nobody,
    scope: null,
    limit: { points: 100, windowSeconds: hour },
    rest: { method: "POST", path: "/auth/verify", status: 200 },
  },
  "users.me": {
    ...asFastApiUsers,
    summary: "Read your account",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/users/me", status: 200 },
  },
  "users.updateMe": {
    ...asFastApiUsers,
    recentProof: true,
    summary: "Change your name, e-mail address or password; a new password ends your other sign-ins",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "PATCH", path: "/users/me", status: 200 },
  },
  "users.deleteMe": {
    ...asFastApiUsers,
    recentProof: true,
    summary: "Delete your account with everything in it",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "DELETE", path: "/users/me", status: 204 },
  },
  "users.list": {
    ...asFastApiUsers,
    summary: "List users, newest first",
    kind: "query",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "GET", path: "/users", status: 200 },
  },
  "users.get": {
    ...asFastApiUsers,
    summary: "Read a user",
    kind: "query",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "GET", path: "/users/{userId}", status: 200 },
  },
  "users.update": {
    ...asFastApiUsers,
    summary: "Change a user: role, ban and what users change themselves",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "PATCH", path: "/users/{userId}", status: 200 },
  },
  "users.delete": {
    ...asFastApiUsers,
    summary: "Delete a user with everything of theirs",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "DELETE", path: "/users/{userId}", status: 204 },
  },
  "pauses.list": {
    ...free,
    summary: "Calls that were paused because a key or app made the identical one again and again",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/pauses", status: 200 },
  },
  "pauses.resume": {
    ...free,
    summary: "Let a paused call run again",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/pauses/{pauseId}/resume", status: 204 },
  },
  "sessions.list": {
    ...free,
    summary: "List the browsers where you are signed in",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/sessions", status: 200 },
  },
  "sessions.delete": {
    ...free,
    summary: "Sign a browser out; its next call is refused",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "DELETE", path: "/sessions/{sessionId}", status: 204 },
  },
  "sessions.deleteOthers": {
    ...free,
    summary: "Sign out everywhere else and, if you say so, disconnect every app",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    rest: { method: "POST", path: "/sessions/sign-out-others", status: 200 },
  },
  "audit.list": {
    ...free,
    summary: "What was done to your account and its keys and apps, newest first",
    kind: "query",
    callers: signedIn,
    scope: null,
    rest: { method: "GET", path: "/audit", status: 200 },
  },
  "account.get": {
    ...free,
    summary: "Your account and its ways in",
    kind: "query",
    callers: sessionOnly,
    scope: null,
    rest: { method: "GET", path: "/account", status: 200 },
  },
  "account.mails": {
    ...free,
    summary: "Which mails you get besides those about signing in",
    kind: "query",
    callers: sessionOnly,
    scope: null,
    rest: { method: "GET", path: "/account/mails", status: 200 },
  },
  "account.setMails": {
    ...free,
    summary: "Choose which mails you get; what is left out stays as it is",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    rest: { method: "PATCH", path: "/account/mails", status: 200 },
  },
  "account.confirm": {
    ...free,
    summary:
      "Prove with your password that it is still you; then what cannot be taken back is done for a while",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    rest: { method: "POST", path: "/account/confirmation", status: 200 },
  },
  "account.export": {
    ...free,
    recentProof: true,
    summary: "The address of a copy of everything that is kept of you, good for a quarter of an hour",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    limit: { points: 20, windowSeconds: hour },
    rest: { method: "POST", path: "/account/exports", status: 201 },
  },
  "account.delete": {
    ...free,
    recentProof: true,
    summary: "Delete your account with everything in it",
    kind: "mutation",
    callers: sessionOnly,
    scope: null,
    rest: { method: "POST", path: "/account/deletion", status: 204 },
  },
  "admin.audit": {
    ...free,
    summary: "Every security event of this installation, newest first",
    kind: "query",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "GET", path: "/admin/audit", status: 200 },
  },
  "admin.rotateSigningKey": {
    ...free,
    summary: "Sign tokens with a new key; tokens of the old one stay good until they expire",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "POST", path: "/admin/signing-keys", status: 201 },
  },
  "admin.users": {
    ...free,
    summary: "List the accounts of this installation",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/users", status: 200 },
  },
  "admin.health": {
    ...free,
    summary: "How the parts of this installation are, and since when",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/health", status: 200 },
  },
  "admin.policy": {
    ...free,
    summary: "Limits and prices in force, and what admins set for single accounts",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/policy", status: 200 },
  },
  "admin.refusals": {
    ...free,
    summary: "How much limits refuse, by hour and by cause",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/refusals", status: 200 },
  },
  "admin.funnel": {
    ...free,
    summary: "How far apps get in connecting, and where they stop",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/funnel", status: 200 },
  },
  "admin.credentials": {
    ...free,
    summary: "Keys and connected apps of every account, newest first",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/credentials", status: 200 },
  },
  "admin.updateUser": {
    ...free,
    summary: "Give an account a role, ban it or lift the ban; in force on its next call",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "PATCH", path: "/admin/users/{userId}", status: 200 },
  },
  "admin.setLimit": {
    ...free,
    summary: "Set one limit of an account, in force on its next call; null: as the table says",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "PATCH", path: "/admin/users/{userId}/limits", status: 200 },
  },
  "admin.creditRequests": {
    ...free,
    summary: "Who asks for credits, newest first",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/credit-requests", status: 200 },
  },
  "admin.declineCreditRequest": {
    ...free,
    summary: "Decline a request for credits",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "POST", path: "/admin/credit-requests/{requestId}/decline", status: 200 },
  },
  "admin.stripeEvents": {
    ...free,
    summary: "What Stripe told of payments and what became of it, newest first",
    kind: "query",
    callers: ["apiKey", "login", "session"],
    scope: "mcp:tools",
    role: "admin",
    rest: { method: "GET", path: "/admin/stripe-events", status: 200 },
  },
  "admin.grantCredits": {
    ...free,
    summary: "Give an account credits, with a reason",
    kind: "mutation",
    callers: signedIn,
    scope: null,
    role: "admin",
    rest: { method: "POST", path: "/admin/users/{userId}/credits", status: 201 },
  },
} as const satisfies Record<string, Operation>;

export type OperationId = keyof typeof operations;

export const operationIds = Object.keys(operations) as OperationId[];

export function operation(id: OperationId): Operation {
  return operations[id];
}
