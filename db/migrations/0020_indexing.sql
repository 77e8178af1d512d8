CREATE TABLE "indexing_requests" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "indexing_requests_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"dataset_id" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "datasets" ADD COLUMN "former_language" text;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "indexed_as" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "indexing_requests" ADD CONSTRAINT "indexing_requests_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "indexing_requests_dataset_idx" ON "indexing_requests" USING btree ("dataset_id");
--> statement-breakpoint
-- What was stored before passages had vectors, and before scripts without spaces were taken apart, gets both.
INSERT INTO "indexing_requests" ("dataset_id") SELECT "id" FROM "datasets" WHERE EXISTS (SELECT FROM "chunks" WHERE "chunks"."dataset_id" = "datasets"."id");
