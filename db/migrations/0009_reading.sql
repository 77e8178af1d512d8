CREATE TABLE "ingestion_turns" (
	"account" text PRIMARY KEY NOT NULL,
	"turn" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "source_url" text;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "stage" text;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "progress" real;