-- Of a larger set more is looked at: with 400 for all, one of 10,000 passages was walked for longer than it needs,
-- and of a million the index found two thirds of the nearest. 1,000 is the most that pgvector takes.
CREATE OR REPLACE FUNCTION nearest(of_set integer, indexed boolean, wanted vector, passages float8, documents_only text[])
RETURNS TABLE (id bigint, distance float8)
LANGUAGE plpgsql STABLE ROWS 100
SET enable_seqscan = off
-- With a sort no index is worth having for a set that has just grown past the size.
SET enable_sort = off
AS $$
#variable_conflict use_column
DECLARE
  chosen float8;
BEGIN
  IF documents_only IS NOT NULL THEN
    SELECT coalesce(sum(chunk_count), 0) INTO chosen FROM documents WHERE documents.id = ANY (documents_only);
    IF chosen * chosen < 400 * passages THEN
      RETURN QUERY
        SELECT chunk_id, embedding <#> wanted AS distance
        FROM chunks JOIN chunk_vectors ON chunk_id = chunks.id AND set_id = of_set
        WHERE chunks.document_id = ANY (documents_only)
        ORDER BY distance LIMIT 100;
      RETURN;
    END IF;
  END IF;
  IF NOT indexed THEN
    RETURN QUERY
      SELECT chunk_id, embedding <#> wanted AS distance FROM chunk_vectors
      WHERE set_id = of_set
        AND (documents_only IS NULL OR document_id IN (SELECT unnest(documents_only)))
      ORDER BY distance LIMIT 100;
    RETURN;
  END IF;
  PERFORM set_config('hnsw.ef_search', least(1000, greatest(100, passages::int / 200))::text, true);
  -- From pgvector 0.8 on: the walk goes on until enough of the chosen documents are found.
  IF current_setting('hnsw.iterative_scan', true) IS NOT NULL THEN
    PERFORM set_config('hnsw.iterative_scan', 'relaxed_order', true);
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT chunk_id, embedding <#> $1 FROM chunk_vectors
     WHERE set_id = %1$s AND ($2 IS NULL OR document_id = ANY ($2))
     ORDER BY embedding::halfvec(%2$s) <#> $1::halfvec(%2$s) LIMIT 100',
    of_set, vector_dims(wanted)
  ) USING wanted, documents_only;
END
$$;
