export { handleStripeWebhook as GET, handleStripeWebhook as POST } from "#server/credits/webhook.ts";
