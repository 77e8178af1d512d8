export { handleMetrics as GET } from "#server/metrics.ts";
