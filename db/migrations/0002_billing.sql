CREATE TABLE "credit_requests" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"amount" bigint NOT NULL,
	"message" text DEFAULT '' NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"decided_by" text,
	"decided_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credit_requests_amount_positive" CHECK ("credit_requests"."amount" > 0)
);
--> statement-breakpoint
CREATE TABLE "credit_settings" (
	"account_id" text PRIMARY KEY NOT NULL,
	"low_threshold" bigint,
	"low_since" timestamp with time zone,
	"stripe_customer_id" text,
	"top_up_enabled" boolean DEFAULT false NOT NULL,
	"top_up_below" bigint DEFAULT 0 NOT NULL,
	"top_up_pack_id" text,
	"top_up_max_per_month" integer DEFAULT 1 NOT NULL,
	"top_up_paused_reason" text
);
--> statement-breakpoint
CREATE TABLE "payment_changes" (
	"payment_id" text NOT NULL,
	"n" integer NOT NULL,
	"amount" bigint NOT NULL,
	"state" text DEFAULT 'due' NOT NULL,
	"delta" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "payment_changes_payment_id_n_pk" PRIMARY KEY("payment_id","n")
);
--> statement-breakpoint
CREATE TABLE "payments" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text,
	"pack_id" text,
	"credits" bigint,
	"price_cents" bigint,
	"currency" text,
	"paid_at" timestamp with time zone,
	"refunded_cents" bigint DEFAULT 0 NOT NULL,
	"disputed_cents" bigint DEFAULT 0 NOT NULL,
	"dispute" text,
	"withheld" bigint DEFAULT 0 NOT NULL,
	"changes" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "stripe_events" (
	"id" text PRIMARY KEY NOT NULL,
	"seq" bigserial NOT NULL,
	"type" text NOT NULL,
	"payment_id" text,
	"account_id" text,
	"outcome" text DEFAULT 'received' NOT NULL,
	"detail" text DEFAULT '' NOT NULL,
	"deliveries" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "top_ups" (
	"id" text PRIMARY KEY NOT NULL,
	"account_id" text NOT NULL,
	"pack_id" text NOT NULL,
	"credits" bigint NOT NULL,
	"price_cents" bigint NOT NULL,
	"currency" text NOT NULL,
	"state" text NOT NULL,
	"customer_id" text NOT NULL,
	"payment_method_id" text,
	"claimed_until" timestamp with time zone NOT NULL,
	"reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "credit_requests" ADD CONSTRAINT "credit_requests_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_settings" ADD CONSTRAINT "credit_settings_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "payment_changes" ADD CONSTRAINT "payment_changes_payment_id_payments_id_fk" FOREIGN KEY ("payment_id") REFERENCES "public"."payments"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "top_ups" ADD CONSTRAINT "top_ups_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "credit_requests_open_idx" ON "credit_requests" USING btree ("account_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "payment_changes_due_idx" ON "payment_changes" USING btree ("created_at") WHERE state = 'due';--> statement-breakpoint
CREATE UNIQUE INDEX "stripe_events_seq_idx" ON "stripe_events" USING btree ("seq");--> statement-breakpoint
CREATE UNIQUE INDEX "top_ups_open_idx" ON "top_ups" USING btree ("account_id") WHERE state in ('running', 'processing');--> statement-breakpoint
CREATE INDEX "top_ups_account_idx" ON "top_ups" USING btree ("account_id","created_at");--> statement-breakpoint
CREATE INDEX "top_ups_claim_idx" ON "top_ups" USING btree ("claimed_until") WHERE state = 'running';