CREATE TABLE "refusals" (
	"account_id" text NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"limit_name" text NOT NULL,
	"credential_kind" text NOT NULL,
	"credential_id" text NOT NULL,
	"operation" text NOT NULL,
	"count" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "refusals_account_id_hour_limit_name_credential_kind_credential_id_operation_pk" PRIMARY KEY("account_id","hour","limit_name","credential_kind","credential_id","operation")
);
--> statement-breakpoint
CREATE TABLE "usage_days" (
	"account_id" text NOT NULL,
	"day" date NOT NULL,
	"credential_kind" text NOT NULL,
	"credential_id" text NOT NULL,
	"operation" text NOT NULL,
	"dataset_id" text NOT NULL,
	"calls" integer NOT NULL,
	"empty_calls" integer NOT NULL,
	"credits_charged" bigint NOT NULL,
	CONSTRAINT "usage_days_account_id_day_credential_kind_credential_id_operation_dataset_id_pk" PRIMARY KEY("account_id","day","credential_kind","credential_id","operation","dataset_id")
);
--> statement-breakpoint
ALTER TABLE "refusals" ADD CONSTRAINT "refusals_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "usage_days" ADD CONSTRAINT "usage_days_account_id_credit_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."credit_accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "refusals_hour_idx" ON "refusals" USING btree ("hour");