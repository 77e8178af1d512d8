CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
-- Scripts written without spaces between words (Han, Kana, Thai, Lao, Burmese, Khmer): every two neighbouring
-- characters stand for a word, in documents and in queries alike. Other text stays as it is.
CREATE FUNCTION separate_unspaced(given text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE WHEN given !~ '[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]' THEN given ELSE (
    SELECT string_agg(CASE WHEN part[1] IS NULL THEN part[2] ELSE (
      SELECT string_agg(substr(part[1], at, 2), ' ' ORDER BY at) FROM generate_series(1, greatest(1, length(part[1]) - 1)) AS at
    ) END, ' ' ORDER BY place)
    FROM regexp_matches(given, '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)|([^\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+)', 'g') WITH ORDINALITY AS found(part, place)
  ) END
$$;
--> statement-breakpoint
DROP INDEX "chunks_tsv_idx";--> statement-breakpoint
DROP INDEX "lexemes_trigram_idx";--> statement-breakpoint
ALTER TABLE "vector_sets" ADD COLUMN "unrelated" real DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "chunks_words_idx" ON "chunks" USING gin ("dataset_id","tsv");--> statement-breakpoint
CREATE INDEX "lexemes_similar_idx" ON "lexemes" USING gin ("dataset_id","lexeme" gin_trgm_ops);