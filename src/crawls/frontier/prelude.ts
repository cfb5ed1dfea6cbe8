/*
 * The frontier of a crawl in Redis. KEYS[1] is its name, KEYS[2] that of the clocks of hosts, which all crawls share.
 *
 * <crawl>            hash: `gen`, `state` (run, paused, done), limits, counts. `s:<reason>` and `f:<reason>` count skipped
 *                    and failed URLs; `pages_leased` those of `leased` that are pages
 * <crawl>:seen       set of the keys of all URLs
 * <crawl>:refused    hash of key and reason of URLs that were skipped because of the link; a better link revives them
 * <crawl>:p :x       sorted sets of hosts with queued pages and external URLs, by when to look at them again
 * <crawl>:p:<host>   list of queued entries, the same for x
 * <crawl>:drop       list of entries that are only to be recorded as skipped: reason, tab, entry
 * <crawl>:later      sorted set of entries that wait for another try, by time
 * <crawl>:leases     hash of key and owner, tab, entry
 * <crawl>:owners     sorted set of owners of leases, by when they count as dead
 * <crawl>:asked      hash of host and the delay that its robots.txt asks for (ms), once it is known
 * <crawl>:calls      hash of processes and the number of their last call
 * <crawl>:families   hash of families of URLs and how many there are
 * <hosts>:<h>:next   when the next request may start; <hosts>:<h>:busy those that run, by when they are given up
 *
 * In every script, and so at every moment: discovered = queued + leased + fetched + failed + skipped.
 */
/**
 * Begins every script that changes a frontier: what they have in common, and the end if the generation is another one. ARGV[1]
 * has the generation, the caller, the number of this call, and that of the caller's last call with a reply. If Redis does not
 * know that one any more, it has lost its last changes: other URLs than the caller's may be missing then.
 */
export const PRELUDE = `
local C, H = KEYS[1], KEYS[2]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function num(field) return tonumber(redis.call('HGET', C, field) or '0') end
local function bump(field, by) redis.call('HINCRBY', C, field, by) end
local function parts(entry) return string.match(entry, '^(%S+)\\t(%S+)\\t(%a)\\t') end
local function push(entry, front)
  local _, host, kind = parts(entry)
  redis.call(front and 'LPUSH' or 'RPUSH', C .. ':' .. kind .. ':' .. host, entry)
  redis.call('ZADD', C .. ':' .. kind, 'NX', now, host)
end
local function count(outcome, reason, by)
  bump(outcome, by)
  if outcome == 'skipped' then bump('s:' .. reason, by) end
  if outcome == 'failed' then bump('f:' .. reason, by) end
end
local function clockOf(host)
  local at = redis.call('MGET', H .. ':' .. host .. ':next', H .. ':' .. host .. ':hold')
  return math.max(tonumber(at[1] or '0'), tonumber(at[2] or '0'))
end
local function moveClock(host, name, at)
  local key = H .. ':' .. host .. ':' .. name
  if at > now then redis.call('SET', key, at, 'PX', at - now) else redis.call('DEL', key) end
end
local function paceOf(host, kind, general)
  local asked = redis.call('HGET', C .. ':asked', host)
  -- a host is crawled carefully until its robots.txt is known, and one that is only checked always
  if not asked then return tonumber(kind == 'x' and general[3] or general[1]), 1 end
  if tonumber(asked) > 0 then return math.max(tonumber(asked), tonumber(general[1])), 1 end
  return tonumber(general[1]), tonumber(general[2])
end
local function general() return redis.call('HMGET', C, 'delay', 'concurrency', 'external_delay') end
local function learn(host, asked)
  local before = redis.call('HGET', C .. ':asked', host) or '0'
  redis.call('HSET', C .. ':asked', host, asked)
  -- the request before did not know yet
  asked = tonumber(asked)
  if asked > tonumber(before) then
    moveClock(host, 'next', math.max(now + asked, tonumber(redis.call('GET', H .. ':' .. host .. ':next') or '0')))
  end
end
-- it takes a while from a turn to its request: what counts is when that began
local function rest(host, since)
  local delay = paceOf(host, 'p', general())
  local at = tonumber(redis.call('GET', H .. ':' .. host .. ':next') or '0')
  if delay > 0 then moveClock(host, 'next', math.max(now - since + delay, at)) end
end
local function endIfDone()
  local is = redis.call('HMGET', C, 'state', 'seeding', 'queued', 'leased', 'drained')
  if is[1] == 'done' or is[2] ~= '0' or is[3] ~= '0' or is[4] ~= '0' then return end
  local why = is[5]
  if not why then
    if num('fetched') > 0 then why = 'completed'
    elseif num('s:robots') + num('s:robots_unreachable') > 0 then why = 'blocked'
    elseif num('failed') > 0 then why = 'failed'
    else why = 'completed' end
  end
  redis.call('HSET', C, 'state', 'done', 'ended', why)
end
local head = redis.call('HMGET', C, 'gen', 'state')
local gen, caller, call, replied = string.match(ARGV[1], '^(%S*) (%S+) (%d+) (%d+)$')
if head[1] ~= gen then return {'lost'} end
local known = tonumber(redis.call('HGET', C .. ':calls', caller) or '0')
if known < tonumber(replied) then return {'went_back'} end
-- a call whose script was not loaded yet comes after later ones
if known < tonumber(call) then redis.call('HSET', C .. ':calls', caller, call) end
`
