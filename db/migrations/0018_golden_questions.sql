CREATE TABLE "golden_questions" (
	"id" text PRIMARY KEY NOT NULL,
	"dataset_id" text NOT NULL,
	"question" text NOT NULL,
	"document_ids" text[] NOT NULL,
	"external_ids" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "golden_runs" (
	"id" text PRIMARY KEY NOT NULL,
	"dataset_id" text NOT NULL,
	"cause" text NOT NULL,
	"endpoint" text NOT NULL,
	"endpoint_version" integer,
	"k" integer NOT NULL,
	"recall" double precision NOT NULL,
	"ndcg" double precision NOT NULL,
	"mrr" double precision NOT NULL,
	"change" jsonb,
	"results" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "golden_settings" (
	"dataset_id" text PRIMARY KEY NOT NULL,
	"on_worse" text NOT NULL,
	"seen" text,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "golden_questions" ADD CONSTRAINT "golden_questions_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "golden_runs" ADD CONSTRAINT "golden_runs_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "golden_settings" ADD CONSTRAINT "golden_settings_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "golden_questions_dataset_idx" ON "golden_questions" USING btree ("dataset_id","id");--> statement-breakpoint
CREATE INDEX "golden_runs_dataset_idx" ON "golden_runs" USING btree ("dataset_id","id");