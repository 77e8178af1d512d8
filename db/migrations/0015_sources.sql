CREATE TABLE "source_pages" (
	"source_id" text NOT NULL,
	"address" text NOT NULL,
	"document_id" text,
	"etag" text,
	"last_modified" text,
	"outcome" text DEFAULT 'waiting' NOT NULL,
	"reason" text,
	"read_at" timestamp with time zone,
	CONSTRAINT "source_pages_source_id_address_pk" PRIMARY KEY("source_id","address")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"id" text PRIMARY KEY NOT NULL,
	"dataset_id" text NOT NULL,
	"kind" text NOT NULL,
	"url" text NOT NULL,
	"every_hours" integer,
	"state" text NOT NULL,
	"reason" text,
	"etag" text,
	"last_modified" text,
	"credential_kind" text NOT NULL,
	"credential_id" text NOT NULL,
	"started_at" timestamp with time zone,
	"listed_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	"next_read_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "web_hosts" (
	"origin" text PRIMARY KEY NOT NULL,
	"busy_until" timestamp with time zone NOT NULL,
	"robots" text,
	"robots_read_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "gone_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "source_pages" ADD CONSTRAINT "source_pages_source_id_sources_id_fk" FOREIGN KEY ("source_id") REFERENCES "public"."sources"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "source_pages" ADD CONSTRAINT "source_pages_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sources" ADD CONSTRAINT "sources_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "source_pages_document_idx" ON "source_pages" USING btree ("document_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sources_url_idx" ON "sources" USING btree ("dataset_id","url");--> statement-breakpoint
CREATE INDEX "sources_due_idx" ON "sources" USING btree ("next_read_at");