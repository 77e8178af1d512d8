CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
-- The hash of a ledger entry: SHA-256 over the hash of the entry before and every column that must not change.
CREATE FUNCTION entry_hash(before text, account text, seq bigint, kind text, delta bigint, balance_after bigint, reason text, hold text, expires timestamptz, at timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT encode(sha256(convert_to(json_build_array(before, account, seq, kind, delta, balance_after, reason, hold,
    (extract(epoch from expires) * 1000000)::bigint, (extract(epoch from at) * 1000000)::bigint)::text, 'UTF8')), 'hex')
$$;
--> statement-breakpoint
-- When the running day or month (UTC) began; a total began long ago.
CREATE FUNCTION budget_period_start(period text) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE period WHEN 'total' THEN '-infinity'::timestamptz ELSE date_trunc(period, now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' END
$$;
