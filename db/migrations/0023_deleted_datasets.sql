ALTER TABLE "datasets" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "datasets_deleted_idx" ON "datasets" USING btree ("id") WHERE deleted_at is not null;