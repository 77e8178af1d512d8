/**
 * Gives the vectors of a large dataset an approximate index (HNSW), and takes it away when the dataset is gone
 * or small again. What is wanted and what is there both stand in the database, so that whoever does this next
 * goes on where a crash ended it. Searches compare all vectors until vector_sets.indexed says otherwise.
 * Only on PostgreSQL: PGlite builds in the thread that answers, 100,000 vectors in five minutes.
 */
import type postgres from "postgres";
import { connection } from "#db/client.ts";

/**
 * Passages. From here on an index costs a search less than comparing all: among 10,000 a third of the time that
 * PostgreSQL works for it.
 */
const indexedFrom = 10_000;
/** pgvector's limit for numbers of half precision. */
const mostDimensions = 4_000;
/**
 * Denser than pgvector's 16 and 64, with which recall@10 was 0.90 on 60,000 passages of manual pages and vectors
 * of the built-in embedding; with 24 and 200 it was 0.94, at three and a half times the time to build.
 */
const graph = "m = 24, ef_construction = 128";
/** Any constant: names the lock of who builds. Two builds at once would wait for each other. */
const buildLock = 7_315_012;
const mostBuildMegabytes = 2_048;
const namePrefix = "chunk_vectors_near_";

type Session = postgres.ReservedSql;

export async function keepVectorIndexes(from = indexedFrom): Promise<void> {
  const { driver } = await connection();
  if ("pglite" in driver) return;
  const session = await driver.postgres.reserve();
  try {
    const [lock] = await session<{ taken: boolean }[]>`select pg_try_advisory_lock(${buildLock}) as taken`;
    if (!lock?.taken) return;
    try {
      await dropIndexes(session, from);
      await buildIndexes(session, from);
    } finally {
      await session`select pg_advisory_unlock(${buildLock})`;
    }
  } finally {
    session.release();
  }
}

/** Those of sets that no longer serve or are small again, and what a crash left half built. */
async function dropIndexes(session: Session, from: number): Promise<void> {
  const unwanted = await session<{ name: string; setId: number }[]>`
    with present as (
      select relname as name, substr(relname, ${namePrefix.length + 1})::int as set_id, indisvalid as valid
      from pg_index join pg_class on pg_class.oid = indexrelid
      where indrelid = 'chunk_vectors'::regclass and starts_with(relname, ${namePrefix})
    ), lost as (
      update vector_sets set indexed = false
      where indexed and not exists (select from present where set_id = id and valid)
    )
    select name, set_id as "setId" from present
    where not valid or not exists (
      select from datasets join lexemes on dataset_id = datasets.id and lexeme = ''
      where vector_set_id = set_id and deleted_at is null and chunk_count >= ${from}::int / 2
    )`;
  for (const { name, setId } of unwanted) {
    await session`update vector_sets set indexed = false where id = ${setId}`;
    await session`drop index concurrently if exists ${session(name)}`;
  }
}

async function buildIndexes(session: Session, from: number): Promise<void> {
  const wanted = await session<{ setId: number; dimensions: number; passages: number }[]>`
    select vector_sets.id as "setId", dimensions, chunk_count as passages
    from lexemes
    join datasets on datasets.id = lexemes.dataset_id
    join vector_sets on vector_sets.id = vector_set_id
    where lexeme = '' and deleted_at is null and chunk_count >= ${from}::int and dimensions <= ${mostDimensions} and not indexed
    order by chunk_count`;
  for (const { setId, dimensions, passages } of wanted) {
    // What does not fit is built many times slower.
    const megabytes = Math.ceil((passages * (2 * dimensions + 1_250)) / 1e6) + 64;
    await session.unsafe(`set maintenance_work_mem = '${Math.min(mostBuildMegabytes, megabytes)}MB'`);
    await session.unsafe(
      `create index concurrently if not exists ${namePrefix}${setId} on chunk_vectors
       using hnsw ((embedding::halfvec(${dimensions})) halfvec_ip_ops) with (${graph}) where set_id = ${setId}`,
    );
    await session`reset maintenance_work_mem`;
    await session`update vector_sets set indexed = true where id = ${setId}`;
  }
}
