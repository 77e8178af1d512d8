export { handleHealth as GET } from "#server/health.ts";
