/**
 * For tests: the tools, resources and prompts whose names and answers the official conformance suite fixes
 * (its server scenarios), served through the product's own door. Nothing outside of tests imports this.
 */
import {
  acceptedContent,
  type CallToolResult,
  CLIENT_CAPABILITIES_META_KEY,
  type ContentBlock,
  createMcpHandler,
  createRequestStateCodec,
  type InputRequests,
  type InputRequiredResult,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import type { serve } from "../mcp/server.ts";

type Answer = CallToolResult | InputRequiredResult;
type Run = (ctx: ServerContext) => Answer | Promise<Answer>;

/** One red pixel, and a sound of no samples. */
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==";
const wav = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

const states = createRequestStateCodec<{ round: number }>({
  key: crypto.getRandomValues(new Uint8Array(32)),
});

const text = (words: string): CallToolResult => ({ content: [{ type: "text", text: words }] });
const content = (...blocks: ContentBlock[]): CallToolResult => ({ content: blocks });
const image: ContentBlock = { type: "image", data: png, mimeType: "image/png" };

function ask(message: string, name: string) {
  const properties = { [name]: { type: "string" as const } };
  return inputRequired.elicit({ message, requestedSchema: { type: "object", properties, required: [name] } });
}
const askName = () => ask("What is your name?", "name");
const askModel = () =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: "What is the capital of France?" } }],
    maxTokens: 20,
  });
const answered = (ctx: ServerContext, name: string) => ctx.mcpReq.inputResponses?.[name] !== undefined;
const nameGiven = ({ mcpReq }: ServerContext, request: string) =>
  z.object({ name: z.string() }).safeParse(acceptedContent(mcpReq.inputResponses, request)).data?.name;

const capabilitiesSchema = z.looseObject({ [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({}) });

const calls: Record<string, Run> = {
  test_simple_text: () => text("This is a simple text response for testing."),
  test_image_content: () => content(image),
  test_audio_content: () => content({ type: "audio", data: wav, mimeType: "audio/wav" }),
  test_embedded_resource: () =>
    content({
      type: "resource",
      resource: {
        uri: "test://embedded-resource",
        mimeType: "text/plain",
        text: "This is an embedded resource content.",
      },
    }),
  test_multiple_content_types: () =>
    content({ type: "text", text: "Multiple content types test:" }, image, {
      type: "resource",
      resource: { uri: "test://mixed", mimeType: "application/json", text: '{"test":"data","value":123}' },
    }),
  test_error_handling: () => ({
    isError: true,
    ...text("This tool intentionally returns an error for testing"),
  }),
  test_tool_with_logging: async ({ mcpReq }) => {
    for (const data of ["Tool execution started", "Tool processing data", "Tool execution completed"]) {
      await mcpReq.notify({ method: "notifications/message", params: { level: "info", data } });
    }
    return text("Logged.");
  },
  test_logging_tool: async ({ mcpReq }) => {
    await mcpReq.log("info", "For a caller that asked for it alone");
    return text("Logged.");
  },
  test_tool_with_progress: async ({ mcpReq }) => {
    const token = mcpReq._meta?.progressToken;
    for (const progress of token === undefined ? [] : [0, 50, 100]) {
      const params = { progressToken: token ?? "", progress, total: 100 };
      await mcpReq.notify({ method: "notifications/progress", params });
    }
    return text(String(token));
  },
  test_streaming_elicitation: () => text("Nothing but a result."),
  test_missing_capability: (ctx) =>
    answered(ctx, "model") ? text("Answered.") : inputRequired({ inputRequests: { model: askModel() } }),
  test_input_required_result_elicitation: (ctx) => {
    const name = nameGiven(ctx, "user_name");
    return name === undefined
      ? inputRequired({ inputRequests: { user_name: askName() } })
      : text(`Hello, ${name}!`);
  },
  test_input_required_result_sampling: (ctx) =>
    answered(ctx, "capital_question")
      ? text(JSON.stringify(ctx.mcpReq.inputResponses))
      : inputRequired({ inputRequests: { capital_question: askModel() } }),
  test_input_required_result_list_roots: (ctx) =>
    answered(ctx, "client_roots")
      ? text(JSON.stringify(ctx.mcpReq.inputResponses))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } }),
  test_input_required_result_request_state: (ctx) =>
    ctx.mcpReq.requestState() === undefined || !answered(ctx, "confirm") ? confirm() : text("state-ok"),
  test_input_required_result_tampered_state: (ctx) =>
    ctx.mcpReq.requestState() === undefined || !answered(ctx, "confirm") ? confirm() : text("integrity-ok"),
  test_input_required_result_multiple_inputs: async (ctx) => {
    const names = ["user_name", "greeting", "client_roots"];
    if (names.every((name) => answered(ctx, name))) return text("All three came.");
    return inputRequired({
      inputRequests: { user_name: askName(), greeting: askModel(), client_roots: inputRequired.listRoots() },
      requestState: await states.mint({ round: 1 }),
    });
  },
  test_input_required_result_multi_round: async (ctx) => {
    const round = ctx.mcpReq.requestState<{ round: number }>()?.round ?? 0;
    if (round === 2) return text("Both rounds are done.");
    return inputRequired({
      inputRequests: round === 0 ? { step1: askName() } : { step2: ask("Which color?", "color") },
      requestState: await states.mint({ round: round + 1 }),
    });
  },
  test_input_required_result_capabilities: (ctx) => {
    if (ctx.mcpReq.inputResponses !== undefined) return text("Answered.");
    const able = capabilitiesSchema.parse(ctx.mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
    const inputRequests: InputRequests = {
      ...("elicitation" in able && { user_name: askName() }),
      ...("sampling" in able && { greeting: askModel() }),
      ...("roots" in able && { client_roots: inputRequired.listRoots() }),
    };
    return Object.keys(inputRequests).length === 0
      ? text("Nobody to ask.")
      : inputRequired({ inputRequests });
  },
  test_trigger_tool_change: () => {
    handler.notify.toolsChanged();
    return text("Told.");
  },
  test_trigger_prompt_change: () => {
    handler.notify.promptsChanged();
    return text("Told.");
  },
};

async function confirm(): Promise<InputRequiredResult> {
  return inputRequired({
    inputRequests: { confirm: ask("Please confirm", "ok") },
    requestState: await states.mint({ round: 1 }),
  });
}

function fixtureServer(): McpServer {
  const server = new McpServer(
    { name: "fltr-conformance-fixtures", version: "1" },
    {
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { subscribe: true, listChanged: true },
        completions: {},
        logging: {},
      },
      requestState: { verify: states.verify },
    },
  );
  for (const [name, run] of Object.entries(calls)) {
    server.registerTool(name, { description: name, inputSchema: z.object({}) }, (_, ctx) => run(ctx));
  }
  addResources(server);
  addPrompts(server);
  return server;
}

function addResources(server: McpServer): void {
  const staticText = { uri: "test://static-text", mimeType: "text/plain" };
  const words = "This is the content of the static text resource.";
  server.registerResource("static-text", staticText.uri, { description: "Text" }, () => ({
    contents: [{ ...staticText, text: words }],
  }));
  const binary = { uri: "test://static-binary", mimeType: "image/png" };
  server.registerResource("static-binary", binary.uri, { description: "Binary" }, () => ({
    contents: [{ ...binary, blob: png }],
  }));
  const watched = { uri: "test://watched-resource", mimeType: "text/plain" };
  server.registerResource("watched-resource", watched.uri, { description: "Watched" }, () => ({
    contents: [{ ...watched, text: "Watched." }],
  }));
  const template = new ResourceTemplate("test://template/{id}/data", { list: undefined });
  server.registerResource("template", template, { description: "Template" }, (uri, { id }) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: "application/json",
        text: JSON.stringify({ id, data: `Data for ID: ${id}` }),
      },
    ],
  }));
  server.server.setRequestHandler("resources/subscribe", () => ({}));
  server.server.setRequestHandler("resources/unsubscribe", () => ({}));
  server.server.setRequestHandler("completion/complete", () => ({
    completion: { values: ["test"], total: 1, hasMore: false },
  }));
}

function addPrompts(server: McpServer): void {
  const says = (...blocks: ContentBlock[]) => ({
    messages: blocks.map((block) => ({ role: "user" as const, content: block })),
  });
  server.registerPrompt("test_simple_prompt", { description: "Simple" }, () =>
    says({ type: "text", text: "This is a simple prompt for testing." }),
  );
  const twoArguments = z.object({ arg1: z.string().describe("First"), arg2: z.string().describe("Second") });
  server.registerPrompt(
    "test_prompt_with_arguments",
    { description: "Arguments", argsSchema: twoArguments },
    ({ arg1, arg2 }) => says({ type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Resource", argsSchema: z.object({ resourceUri: z.string().describe("What to embed") }) },
    ({ resourceUri }) =>
      says(
        { type: "resource", resource: { uri: resourceUri, mimeType: "text/plain", text: "Embedded." } },
        { type: "text", text: "Please process the embedded resource above." },
      ),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Image" }, () =>
    says(image, { type: "text", text: "Please analyze the image above." }),
  );
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Asks first", argsSchema: z.object({}) },
    (_, ctx) =>
      answered(ctx, "user_context")
        ? says({ type: "text", text: "Answered." })
        : inputRequired({ inputRequests: { user_context: ask("Which context?", "context") } }),
  );
}

const handler = createMcpHandler(fixtureServer, { legacy: "stateless" });

/** In the place of the product's own server. */
export const serveFixtures: typeof serve = (request, body) => handler.fetch(request, { parsedBody: body });
