import { PRELUDE } from './prelude'
import { Script } from './script'

/**
 * Creates the frontier unless there is one, and sets its limits unless it is done. ARGV: its generation if it is new, seconds
 * to live, pairs of fields.
 * @returns its generation
 */
export const OPEN = new Script(`
local C = KEYS[1]
local gen = redis.call('HGET', C, 'gen')
if not gen then
  redis.call('HSET', C, 'gen', ARGV[1], 'state', 'run', 'seeding', '1', 'discovered', 0, 'queued', 0, 'leased', 0,
    'pages_leased', 0, 'fetched', 0, 'failed', 0, 'skipped', 0, 'bytes', 0)
  gen = ARGV[1]
end
if redis.call('HGET', C, 'state') ~= 'done' then redis.call('HSET', C, unpack(ARGV, 3)) end
redis.call('EXPIRE', C, ARGV[2])
return gen
`)

/** Sets fields of a frontier that is not done. A shorter delay holds at once. ARGV: generation, pairs. */
export const SET = new Script(`${PRELUDE}
if head[2] == 'done' then return {'done'} end
local before = general()
redis.call('HSET', C, unpack(ARGV, 2))
local after = general()
if after[1] ~= before[1] then
  local function hurry(hosts, kind)
    for _, host in ipairs(hosts) do
      local latest = now + paceOf(host, kind, after)
      local at = tonumber(redis.call('GET', H .. ':' .. host .. ':next') or '0')
      if at > latest then moveClock(host, 'next', latest) end
      redis.call('ZADD', C .. ':' .. kind, 'XX', now, host)
    end
  end
  hurry(redis.call('ZRANGE', C .. ':x', 0, 999), 'x')
  hurry(redis.call('ZRANGE', C .. ':p', 0, 999), 'p')
  hurry(redis.call('HKEYS', C .. ':asked'), 'p')
end
endIfDone()
return {redis.call('HGET', C, 'state')}
`)

/**
 * Adds URLs that are not known yet. ARGV: generation, max URLs of a family, then for each its family (or empty), its
 * outcome, a reason, bytes, and the entry. Outcomes: \`queue\`; \`skipped\`, \`fetched\` and \`failed\` are settled; \`refused\`
 * is skipped unless a better link comes.
 */
export const ADD = new Script(`${PRELUDE}
local familyMax = tonumber(ARGV[2])
for i = 3, #ARGV, 5 do
  local family, outcome, reason, entry = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 4]
  local key, host, kind = parts(entry)
  local isNew = redis.call('SADD', C .. ':seen', key) == 1
  local revived = false
  if not isNew and outcome == 'queue' then
    local before = redis.call('HGET', C .. ':refused', key)
    if before then
      redis.call('HDEL', C .. ':refused', key)
      count('skipped', before, -1)
      revived = true
    end
  end
  if isNew then bump('discovered', 1) end
  if isNew or revived then
    if outcome == 'queue' then
      bump('queued', 1)
      if family ~= '' and redis.call('HINCRBY', C .. ':families', family, 1) > familyMax then
        redis.call('RPUSH', C .. ':drop', 'trap\\t' .. entry)
      else
        push(entry)
      end
    else
      if outcome == 'refused' then
        redis.call('HSET', C .. ':refused', key, reason)
        outcome = 'skipped'
      end
      count(outcome, reason, 1)
      bump('bytes', ARGV[i + 3])
    end
  end
end
return {'ok'}
`)

/**
 * Settles URLs. ARGV: generation, owner, then for each its key, outcome (\`fetched\`, \`failed\`, \`skipped\`, or \`again\`), reason,
 * bytes received, ms to wait before the next try, and the entry for it. What the owner has no lease for is not counted: it
 * was counted before, or has another owner.
 */
export const FINISH = new Script(`${PRELUDE}
for i = 3, #ARGV, 6 do
  local key, outcome, reason, bytes, wait, entry = unpack(ARGV, i, i + 5)
  local lease = redis.call('HGET', C .. ':leases', key)
  if lease and string.match(lease, '^%S+') == ARGV[2] then
    redis.call('HDEL', C .. ':leases', key)
    bump('leased', -1)
    local _, _, kind = parts(string.match(lease, '\\t(.*)$'))
    if kind == 'p' then bump('pages_leased', -1) end
    bump('bytes', bytes)
    if outcome == 'again' then
      bump('queued', 1)
      wait = tonumber(wait)
      if wait > 0 then redis.call('ZADD', C .. ':later', now + wait, entry) else push(entry, true) end
    else
      count(outcome, reason, 1)
    end
  end
end
endIfDone()
return {redis.call('HGET', C, 'state')}
`)

/** Takes the next turn of a host for a request outside of the frontier. ARGV: generation, host. @returns state, ms to wait */
export const TURN = new Script(`${PRELUDE}
if head[2] == 'paused' then return {head[2], 500} end
local host = ARGV[2]
local at = clockOf(host)
if at > now then return {head[2], at - now} end
local delay = paceOf(host, 'p', general())
moveClock(host, 'next', now + delay)
return {head[2], 0}
`)

/**
 * After a request outside of the frontier. ARGV: generation, host, time since it began (ms), delay that robots.txt asks for (ms,
 * empty: not known).
 */
export const REST = new Script(`${PRELUDE}
if ARGV[4] ~= '' then learn(ARGV[2], ARGV[4]) end
rest(ARGV[2], ARGV[3])
return {head[2]}
`)

/** Deletes a frontier. Its hosts are free for other crawls. ARGV: name of the crawl, its generation (empty: all). */
export const DROP = new Script(`
local C, H = KEYS[1], KEYS[2]
if ARGV[2] ~= '' and redis.call('HGET', C, 'gen') ~= ARGV[2] then return 0 end
local leases = redis.call('HGETALL', C .. ':leases')
for i = 1, #leases, 2 do
  local host = string.match(leases[i + 1], '^%S+\\t%S+\\t(%S+)')
  redis.call('ZREM', H .. ':' .. host .. ':busy', ARGV[1] .. ':' .. leases[i])
end
for _, kind in ipairs({'p', 'x'}) do
  for _, host in ipairs(redis.call('ZRANGE', C .. ':' .. kind, 0, -1)) do
    redis.call('UNLINK', C .. ':' .. kind .. ':' .. host)
  end
end
for _, part in ipairs({'', ':seen', ':refused', ':p', ':x', ':drop', ':later', ':leases', ':owners', ':asked', ':calls', ':families'}) do
  redis.call('UNLINK', C .. part)
end
return 1
`)
