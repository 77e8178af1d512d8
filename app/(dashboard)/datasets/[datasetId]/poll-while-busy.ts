const quickMilliseconds = 1_000;
/** An hour of asking each second would use up most of the session's own limit. */
const slowMilliseconds = 5_000;
const quickAnswers = 120;

type Progress = { documents: { queued: number; processing: number }; indexing: boolean };

/** For `refetchInterval`: how soon to ask again, while documents are still being read or made ready anew. */
export function pollWhileBusy(query: {
  state: { data: Progress | undefined; dataUpdateCount: number };
}): number | false {
  const { data, dataUpdateCount } = query.state;
  if (!data || (data.documents.queued + data.documents.processing === 0 && !data.indexing)) return false;
  return dataUpdateCount > quickAnswers ? slowMilliseconds : quickMilliseconds;
}
