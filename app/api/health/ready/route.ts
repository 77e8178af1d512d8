export { handleReady as GET } from "#server/health.ts";
