DROP INDEX "chunks_dataset_idx";--> statement-breakpoint
ALTER INDEX "chunks_words_idx" SET (gin_pending_list_limit = 256);--> statement-breakpoint
ALTER INDEX "lexemes_similar_idx" SET (gin_pending_list_limit = 256);
