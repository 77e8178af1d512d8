CREATE TABLE "passage_decisions" (
	"dataset_id" text NOT NULL,
	"passage_hash" text NOT NULL,
	"decision" text NOT NULL,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "passage_decisions_dataset_id_passage_hash_pk" PRIMARY KEY("dataset_id","passage_hash")
);
--> statement-breakpoint
ALTER TABLE "chunks" ADD COLUMN "page" integer;--> statement-breakpoint
ALTER TABLE "chunks" ADD COLUMN "flag" text;--> statement-breakpoint
ALTER TABLE "chunks" ADD COLUMN "flag_reason" text;--> statement-breakpoint
ALTER TABLE "passage_decisions" ADD CONSTRAINT "passage_decisions_dataset_id_datasets_id_fk" FOREIGN KEY ("dataset_id") REFERENCES "public"."datasets"("id") ON DELETE cascade ON UPDATE no action;