ALTER TABLE "document_sources" ADD COLUMN "credential_kind" text;--> statement-breakpoint
ALTER TABLE "document_sources" ADD COLUMN "credential_id" text;