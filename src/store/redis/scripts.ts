/**
 * What the store does inside Redis, each script in one step that no other client sees half of.
 *
 * Keys, the same for all scripts: 1 hash of `incarnation`, `revision`, `time`, `offset` (what the store's clock is ahead
 * of the machine's) and `log:<name>` (last offset); 2 hash key → `revision expiresAt value`, where 0 is for ever; 3 sorted
 * set of keys; 4 sorted set of keys by their end; 5 hash lease → `token expiresAt holder`; 6 sorted set of leases by their
 * end; 7 the stream of one log. Arguments 1 and 2, the same for all: the incarnation that a new store shall have, and the
 * latest time that this client has shown. Values are text that Redis does not look into.
 */
const PREAMBLE = `
local function text(number) return string.format('%.0f', number) end
local known = redis.call('HMGET', KEYS[1], 'incarnation', 'time', 'offset')
local clock = redis.call('TIME')
local wall = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local now = math.max(tonumber(known[2] or 0), tonumber(ARGV[2]), wall + tonumber(known[3] or 0))
local function keepTime() redis.call('HSET', KEYS[1], 'time', text(now), 'offset', text(now - wall)) end
if not known[1] then
  known[1] = ARGV[1]
  redis.call('HSET', KEYS[1], 'incarnation', ARGV[1], 'revision', '0')
  keepTime()
elseif wall + tonumber(known[3]) < now then
  -- The machine's clock jumped back; the store's goes on from where it was, or leases would last until that caught up.
  keepTime()
end
local function live(stored)
  if not stored then return nil end
  local revision, ends, value = string.match(stored, '^(%d+) (%d+) (.*)$')
  if ends ~= '0' and tonumber(ends) <= now then return nil end
  return revision, value
end
local function leaseOf(name)
  local stored = redis.call('HGET', KEYS[5], name)
  if not stored then return nil end
  local token, ends, holder = string.match(stored, '^(%d+) (%d+) (.*)$')
  return tonumber(token), tonumber(ends), holder
end
local function setLease(name, token, ends, holder)
  redis.call('HSET', KEYS[5], name, text(token) .. ' ' .. text(ends) .. ' ' .. holder)
  redis.call('ZADD', KEYS[6], text(ends), name)
end
local function isInForce(name, token, holder)
  local current, ends, owner = leaseOf(name)
  return current == tonumber(token) and owner == holder and ends > now
end
`;

/** Answers incarnation, revision and time. */
export const STATUS = `${PREAMBLE}
return { known[1], redis.call('HGET', KEYS[1], 'revision'), text(now) }`;

/** Argument 3: the key. Answers its revision and value, or nothing. */
export const GET = `${PREAMBLE}
local revision, value = live(redis.call('HGET', KEYS[2], ARGV[3]))
if revision then return { revision, value } end
return {}`;

/** Argument 3: the prefix. Answers key, revision and value of each entry, one after the other, in the order of bytes. */
export const LIST = `${PREAMBLE}
local names = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. ARGV[3], '(' .. ARGV[3] .. '\\255')
local found = {}
for first = 1, #names, 1000 do
  local page = { unpack(names, first, math.min(first + 999, #names)) }
  local values = redis.call('HMGET', KEYS[2], unpack(page))
  for index, name in ipairs(page) do
    local revision, value = live(values[index])
    if revision then
      found[#found + 1] = name
      found[#found + 1] = revision
      found[#found + 1] = value
    end
  end
end
return found`;

/**
 * Arguments 3 to 5: name, token and holder of the fence, or an empty name; 6 and 7: channel and message of the hint; then
 * for each change its key, expected revision (`-` for none, empty for any), time to live (0 for ever, `-` to delete) and
 * value. Answers `ok` and the revision, `fenced`, or `changed` with key, revision and value. The names of what has run out
 * go with later commits, a hundred at a time.
 */
export const COMMIT = `${PREAMBLE}
if ARGV[3] ~= '' and not isInForce(ARGV[3], ARGV[4], ARGV[5]) then return { 'fenced' } end
for at = 8, #ARGV, 4 do
  if ARGV[at + 1] ~= '' then
    local revision, value = live(redis.call('HGET', KEYS[2], ARGV[at]))
    if (revision or '-') ~= ARGV[at + 1] then return { 'changed', ARGV[at], revision, value } end
  end
end
keepTime()
local revision = text(redis.call('HINCRBY', KEYS[1], 'revision', 1))
local function forget(key)
  redis.call('HDEL', KEYS[2], key)
  redis.call('ZREM', KEYS[3], key)
  redis.call('ZREM', KEYS[4], key)
end
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS[4], '-inf', text(now), 'LIMIT', 0, 100)) do forget(key) end
for at = 8, #ARGV, 4 do
  local key, ttl, value = ARGV[at], ARGV[at + 2], ARGV[at + 3]
  if ttl == '-' then
    forget(key)
  else
    local ends = ttl == '0' and '0' or text(now + tonumber(ttl))
    redis.call('HSET', KEYS[2], key, revision .. ' ' .. ends .. ' ' .. value)
    redis.call('ZADD', KEYS[3], 0, key)
    if ends == '0' then redis.call('ZREM', KEYS[4], key) else redis.call('ZADD', KEYS[4], ends, key) end
  end
end
redis.call('PUBLISH', ARGV[6], ARGV[7])
return { 'ok', revision }`;

/**
 * Arguments 3 to 5: name, holder and time to live. Answers token and end, or nothing. A lease that has run out is forgotten
 * once its token is below the time, because the next token is the time at least.
 */
export const LEASE = `${PREAMBLE}
local token, ends, holder = leaseOf(ARGV[3])
if token and ends > now and holder ~= ARGV[4] then return {} end
keepTime()
for _, name in ipairs(redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', text(now), 'LIMIT', 0, 100)) do
  if leaseOf(name) < now then
    redis.call('HDEL', KEYS[5], name)
    redis.call('ZREM', KEYS[6], name)
  end
end
token = math.max((token or 0) + 1, now)
setLease(ARGV[3], token, now + tonumber(ARGV[5]), ARGV[4])
return { text(token), text(now + tonumber(ARGV[5])) }`;

/** Arguments 3 to 6: name, token, holder and time to live (0 ends the lease). Answers the new end, or nothing. */
export const RENEW = `${PREAMBLE}
if not isInForce(ARGV[3], ARGV[4], ARGV[5]) then return {} end
keepTime()
setLease(ARGV[3], tonumber(ARGV[4]), now + tonumber(ARGV[6]), ARGV[5])
return { text(now + tonumber(ARGV[6])) }`;

/** Arguments 3 and 4: the log and its entry. Answers the offset. */
export const APPEND = `${PREAMBLE}
keepTime()
local offset = text(redis.call('HINCRBY', KEYS[1], 'log:' .. ARGV[3], 1))
redis.call('XADD', KEYS[7], offset .. '-0', 'entry', ARGV[4])
return { offset }`;

/** Arguments 3 and 4: the last known offset and the most entries. Answers offset and entry, one after the other. */
export const READ = `${PREAMBLE}
local found = {}
for _, item in ipairs(redis.call('XRANGE', KEYS[7], '(' .. ARGV[3] .. '-0', '+', 'COUNT', ARGV[4])) do
  found[#found + 1] = string.match(item[1], '^%d+')
  found[#found + 1] = item[2][2]
end
return found`;

/** Argument 3: the first offset to keep. */
export const TRIM = `${PREAMBLE}
redis.call('XTRIM', KEYS[7], 'MINID', ARGV[3] .. '-0')
return {}`;
