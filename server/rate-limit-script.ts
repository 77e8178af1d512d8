/**
 * The sliding window of rate-limit-window.ts as one Redis script: every limit of a call is checked before
 * any is taken. A limit is one hash of at most 64 fields: "t" total, "o" oldest bucket, "l" bucket of the
 * last look, and the uses by bucket number modulo 61, so that a hash keeps Redis's compact form.
 */

/** Redis's clock: processes whose clocks differ still share one window. */
const REDIS_CLOCK = "local time = redis.call('TIME') local now = time[1] * 1000 + math.floor(time[2] / 1000)";

/**
 * KEYS: one hash a limit. ARGV: window in ms, points, cost for each.
 * Answers used, resetMs, retryMs (-1 never) for each, after the take if all admit, else untouched.
 */
export function slidingWindowScript(clock: string = REDIS_CLOCK): string {
  return `${clock}
local function freed(window, bucket) return math.ceil((bucket + 61) * window / 60) end

-- Drops what left the window and counts the rest anew; needed only when the bucket has moved.
local function sweep(key, last, bucket)
  local fields = redis.call('HGETALL', key)
  local total, oldest, gone = 0, false, {}
  for f = 1, #fields, 2 do
    local slot = tonumber(fields[f])
    if slot then
      local index = last - (last - slot) % 61
      if index < bucket - 60 then
        gone[#gone + 1] = fields[f]
      else
        total = total + fields[f + 1]
        if not oldest or index < oldest then oldest = index end
      end
    end
  end
  if not oldest then redis.call('DEL', key) return 0, false end
  if #gone > 0 then redis.call('HDEL', key, unpack(gone)) end
  redis.call('HSET', key, 't', total, 'o', oldest, 'l', bucket)
  return total, oldest
end

local function wait(key, window, excess, oldest, bucket)
  local slots = {}
  for index = oldest, bucket do slots[#slots + 1] = index % 61 end
  local counts = redis.call('HMGET', key, unpack(slots))
  for i = 1, #counts do
    excess = excess - (counts[i] or 0)
    if excess <= 0 then return freed(window, oldest + i - 1) - now end
  end
  return -1
end

local calls, refused = {}, false
for i = 1, #KEYS do
  local key, window, points, cost = KEYS[i], tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local bucket = math.floor(now * 60 / window)
  local head = redis.call('HMGET', key, 't', 'o', 'l', bucket % 61)
  local total, oldest, here = tonumber(head[1]) or 0, tonumber(head[2]), tonumber(head[4]) or 0
  local last = tonumber(head[3])
  if not oldest then
    total, here = 0, 0
  elseif last < bucket then
    total, oldest = sweep(key, last, bucket)
    here = 0
  elseif last > bucket then
    -- The clock went back (a failover): stay in the newest bucket.
    bucket = last
    here = tonumber(redis.call('HGET', key, bucket % 61)) or 0
  end
  local retry, excess = 0, total + cost - points
  if cost > 0 and excess > 0 then
    refused = true
    if cost > points then retry = -1 else retry = wait(key, window, excess, oldest, bucket) end
  end
  calls[i] = { total, oldest, here, bucket, retry, window, cost }
end

local answer = {}
for i = 1, #KEYS do
  local total, oldest, here, bucket, retry, window, cost = unpack(calls[i])
  if not refused and cost > 0 then
    total = total + cost
    if here > 0 then
      redis.call('HSET', KEYS[i], 't', total, bucket % 61, here + cost)
    else
      oldest = oldest or bucket
      redis.call('HSET', KEYS[i], 't', total, 'o', oldest, 'l', bucket, bucket % 61, cost)
      redis.call('PEXPIRE', KEYS[i], freed(window, bucket) - now)
    end
  end
  answer[3 * i - 2], answer[3 * i - 1] = total, oldest and freed(window, oldest) - now or 0
  answer[3 * i] = retry
end
return answer`;
}
