import { PRELUDE } from './prelude'
import { Script } from './script'

/**
 * Gives out URLs whose hosts are free. ARGV: generation, owner, how many, time until the owner counts as dead (ms), time
 * until a request is given up (ms), name of the crawl, 1 if the owner knows of no lease (those that it has are queued
 * again), then for each request that has ended: key, host, the delay that the robots.txt of the host asks for (ms, empty: not
 * known), pause of the host (ms), time since the request began (ms, empty: no request was made).
 * @returns state, ms to wait, then for each URL the reason to drop it (or empty) and its entry
 */
export const CLAIM = new Script(`${PRELUDE}
local owner, want, alive, patience, name = ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
for i = 8, #ARGV, 5 do
  local key, host, asked, pause, since = unpack(ARGV, i, i + 4)
  redis.call('ZREM', H .. ':' .. host .. ':busy', name .. ':' .. key)
  if since == '' then redis.call('DEL', H .. ':' .. host .. ':next') end
  if asked ~= '' then learn(host, asked) end
  if since ~= '' then rest(host, since) end
  if tonumber(pause) > 0 then moveClock(host, 'hold', math.max(now + pause, clockOf(host))) end
  redis.call('ZADD', C .. ':p', 'XX', now, host)
  redis.call('ZADD', C .. ':x', 'XX', now, host)
end

local function queueLeasesOf(dead)
  local leases = redis.call('HGETALL', C .. ':leases')
  for i = 1, #leases, 2 do
    local from, entry = string.match(leases[i + 1], '^(%S+)\\t(.*)$')
    if from == dead then
      local key, host, kind = parts(entry)
      redis.call('HDEL', C .. ':leases', key)
      redis.call('ZREM', H .. ':' .. host .. ':busy', name .. ':' .. key)
      bump('leased', -1)
      bump('queued', 1)
      if kind == 'p' then bump('pages_leased', -1) end
      push(entry, true)
      redis.call('ZADD', C .. ':' .. kind, now, host)
    end
  end
end
if ARGV[7] == '1' and num('leased') > 0 then queueLeasesOf(owner) end
redis.call('ZADD', C .. ':owners', now + alive, owner)
for _, dead in ipairs(redis.call('ZRANGEBYSCORE', C .. ':owners', '-inf', now, 'LIMIT', 0, 10)) do
  queueLeasesOf(dead)
  redis.call('ZREM', C .. ':owners', dead)
end

if head[2] ~= 'run' then return {head[2], 500} end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', C .. ':later', '-inf', now, 'LIMIT', 0, 200)) do
  redis.call('ZREM', C .. ':later', entry)
  push(entry, true)
end

local result = {'run', 0}
local function lease(entry, reason)
  local key, _, kind = parts(entry)
  redis.call('HSET', C .. ':leases', key, owner .. '\\t' .. entry)
  bump('queued', -1)
  bump('leased', 1)
  if kind == 'p' then bump('pages_leased', 1) end
  result[#result + 1] = reason
  result[#result + 1] = entry
end

local limits = redis.call('HMGET', C, 'pages', 'max_bytes', 'deadline', 'fetched', 'bytes', 'pages_leased')
local drain
if tonumber(limits[4]) >= tonumber(limits[1]) then drain = 'page_limit' end
if tonumber(limits[5]) >= tonumber(limits[2]) then drain = 'bytes_limit' end
if now >= tonumber(limits[3]) then drain = 'time_limit' end
local dropped = 0
for _, line in ipairs(redis.call('LPOP', C .. ':drop', 500) or {}) do
  local reason, entry = string.match(line, '^(%S+)\\t(.*)$')
  lease(entry, reason)
  dropped = dropped + 1
end
local function dropFrom(kind)
  for _, host in ipairs(redis.call('ZRANGE', C .. ':' .. kind, 0, 99)) do
    if dropped >= 500 then return end
    local list = C .. ':' .. kind .. ':' .. host
    for _, entry in ipairs(redis.call('LPOP', list, 500 - dropped) or {}) do
      redis.call('HSET', C, 'drained', drain)
      lease(entry, drain)
      dropped = dropped + 1
    end
    if redis.call('EXISTS', list) == 0 then redis.call('ZREM', C .. ':' .. kind, host) end
  end
end
if drain then
  for _, entry in ipairs(redis.call('ZRANGE', C .. ':later', 0, 199)) do
    local _, _, kind = parts(entry)
    if kind == 'p' or drain ~= 'page_limit' then
      redis.call('ZREM', C .. ':later', entry)
      push(entry, true)
    end
  end
  dropFrom('p')
  if drain ~= 'page_limit' then dropFrom('x') end
end

local waitFor = now + 500
local pace = general()
local function take(kind, most)
  local lane = C .. ':' .. kind
  for _, host in ipairs(redis.call('ZRANGEBYSCORE', lane, '-inf', now, 'LIMIT', 0, most + 20)) do
    if most <= 0 then break end
    local list, busyKey = lane .. ':' .. host, H .. ':' .. host .. ':busy'
    local delay, atOnce = paceOf(host, kind, pace)
    local nextAt = clockOf(host)
    redis.call('ZREMRANGEBYSCORE', busyKey, '-inf', now)
    local busy = redis.call('ZCARD', busyKey)
    local again = now
    if nextAt > now then
      again = nextAt
    elseif busy >= atOnce then
      again = now + 50
    else
      while most > 0 and busy < atOnce do
        local entry = redis.call('LPOP', list)
        if not entry then break end
        local key = parts(entry)
        lease(entry, '')
        most = most - 1
        busy = busy + 1
        redis.call('ZADD', busyKey, now + patience, name .. ':' .. key)
        redis.call('PEXPIRE', busyKey, patience)
        if delay > 0 then
          again = now + delay
          moveClock(host, 'next', again)
          break
        end
      end
      if again == now and busy >= atOnce then again = now + 50 end
    end
    if redis.call('EXISTS', list) == 0 then redis.call('ZREM', lane, host)
    else redis.call('ZADD', lane, again, host) end
  end
  local first = redis.call('ZRANGE', lane, 0, 0, 'WITHSCORES')
  if first[2] then waitFor = math.min(waitFor, tonumber(first[2])) end
  return most
end
local left = math.min(want, tonumber(limits[1]) - tonumber(limits[4]) - tonumber(limits[6]))
if drain ~= 'page_limit' and left > 0 then want = want - (left - take('p', left)) end
if want > 0 then take('x', want) end
local later = redis.call('ZRANGE', C .. ':later', 0, 0, 'WITHSCORES')
if later[2] then waitFor = math.min(waitFor, tonumber(later[2])) end
result[2] = math.max(waitFor - now, dropped > 0 and 0 or 1)
endIfDone()
if redis.call('HGET', C, 'state') == 'done' then result[1] = 'done' end
return result
`)
