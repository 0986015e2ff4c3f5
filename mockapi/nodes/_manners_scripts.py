"""What Redis does in one step each, in Lua: nodes come, agree, stay and go; sessions are opened and close.

PREFIX:nodes            sorted set: a node's name, until when it is live (milliseconds of Redis's clock)
PREFIX:clock            hash: `at`, when any node was last heard; `since`, from when on silence counts
PREFIX:addresses        hash: a node's name, where its clients reach it
PREFIX:parts:NODE       hash: the processes of a node that have told their sessions
PREFIX:gone:NODE        why a node is not there any more, for a day
PREFIX:ended:NODE       hash: the last sessions of a node that have ended, why
PREFIX:ends:NODE        list: the same in order
PREFIX:sessions         hash: a session's id, what it is (JSON)
PREFIX:used             hash: a session's id, when it was last used, roughly
PREFIX:of:NODE          hash: a session's id, its owner; the sessions of one node
PREFIX:owned:OWNER      sorted set: a session's id, when it ends; the sessions of one owner
PREFIX:plan             hash: what every node has to have alike, as digests
PREFIX:agreed           sorted set: a node that has it so, until when it is live
PREFIX:incarnation      the name of the log, which `PREFIX:log:…` and `PREFIX:snapshot:…` have in theirs

The first arguments are the prefix and the name of the node that asks. Time is Redis's own, so that no two
nodes have to agree on it. While Redis itself was away nobody could be heard: a silence counts from when
somebody is heard again.

Every key ends a day after the last word of the nodes that need it, so what a former server has left goes by
itself.
"""

from __future__ import annotations

from typing import Final

DAY: Final = 86_400
"""Seconds after which Redis forgets what no node speaks of any more."""

_COMMON: Final = (
    f"local DAY = {DAY}\n"
    """
local p, me = ARGV[1] .. ':', ARGV[2]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keep(...)
  for _, name in ipairs({...}) do
    redis.call('EXPIRE', p .. name, DAY)
  end
end
local function drop(node, id, owner)
  redis.call('ZREM', p .. 'owned:' .. owner, id)
  redis.call('HDEL', p .. 'sessions', id)
  redis.call('HDEL', p .. 'used', id)
  redis.call('HDEL', p .. 'of:' .. node, id)
end
local function ended(id, why)
  local most = 1000
  if redis.call('HSET', p .. 'ended:' .. me, id, why) == 1 then
    redis.call('RPUSH', p .. 'ends:' .. me, id)
  end
  if redis.call('LLEN', p .. 'ends:' .. me) > most then
    redis.call('HDEL', p .. 'ended:' .. me, redis.call('LPOP', p .. 'ends:' .. me))
  end
  keep('ended:' .. me, 'ends:' .. me)
end
local function add(id, owner, ends, record)
  redis.call('HSET', p .. 'sessions', id, record)
  redis.call('HSET', p .. 'of:' .. me, id, owner)
  redis.call('ZADD', p .. 'owned:' .. owner, ends, id)
  keep('sessions', 'of:' .. me, 'owned:' .. owner)
end
local function leave(node, why)
  local ids = redis.call('HGETALL', p .. 'of:' .. node)
  for i = 1, #ids, 2 do
    drop(node, ids[i], ids[i + 1])
  end
  redis.call('DEL', p .. 'parts:' .. node, p .. 'ended:' .. node, p .. 'ends:' .. node)
  redis.call('ZREM', p .. 'nodes', node)
  redis.call('ZREM', p .. 'agreed', node)
  redis.call('HDEL', p .. 'addresses', node)
  redis.call('SET', p .. 'gone:' .. node, why, 'EX', DAY)
  return #ids / 2
end
local function silence_counts(patience)
  local clock = redis.call('HMGET', p .. 'clock', 'at', 'since')
  return clock[1] and now - clock[1] < patience and now - clock[2] > patience
end
local function hear(patience)
  local at = redis.call('HGET', p .. 'clock', 'at')
  if not at or now - at > patience / 2 then
    redis.call('HSET', p .. 'clock', 'since', string.format('%.0f', now))
  end
  redis.call('HSET', p .. 'clock', 'at', string.format('%.0f', now))
  keep('clock')
end
local function heard_since(node, moment, patience)
  local score = redis.call('ZSCORE', p .. 'nodes', node)
  return score and score - patience > moment
end
local function live(among, patience)
  local least = silence_counts(patience) and string.format('%.0f', now) or '-inf'
  return redis.call('ZRANGEBYSCORE', p .. among, least, '+inf')
end
"""
)

BEAT: Final = (
    _COMMON
    + """
local part, address, patience, joined = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
hear(patience)
redis.call('ZADD', p .. 'nodes', string.format('%.0f', now + patience), me)
redis.call('ZADD', p .. 'agreed', 'XX', string.format('%.0f', now + patience), me)
redis.call('HSET', p .. 'addresses', me, address)
local was_lost = redis.call('DEL', p .. 'gone:' .. me)
local lost, back, twins = {}, {}, {}
for i = 7, #ARGV do
  if redis.call('ZSCORE', p .. 'nodes', ARGV[i]) then
    back[#back + 1] = ARGV[i]
  end
end
if joined > 0 and address ~= '' then
  local addresses = redis.call('HGETALL', p .. 'addresses')
  for i = 1, #addresses, 2 do
    if addresses[i + 1] == address and addresses[i] ~= me and heard_since(addresses[i], joined, patience) then
      twins[#twins + 1] = addresses[i]
    end
  end
end
if silence_counts(patience) then
  for _, node in ipairs(redis.call('ZRANGEBYSCORE', p .. 'nodes', '-inf', string.format('%.0f', now))) do
    lost[#lost + 1] = node
    lost[#lost + 1] = leave(node, 'has not been heard from any more')
  end
end
local is_new = redis.call('HSETNX', p .. 'parts:' .. me, part, 1)
local incarnation = redis.call('GET', p .. 'incarnation') or ''
keep('nodes', 'agreed', 'addresses', 'parts:' .. me, 'sessions', 'used', 'of:' .. me)
keep('plan', 'incarnation', 'log:' .. incarnation, 'snapshot:' .. incarnation)
return {is_new, lost, was_lost, back, twins, string.format('%.0f', now)}
"""
)
"""PREFIX NAME PART ADDRESS PATIENCE JOINED LOST...: whether Redis does not know this process, who was lost
now, whether this node was, who of those that were lost before is back, which other nodes have advertised
ADDRESS since the moment JOINED, and the moment of this.
"""

LIVE: Final = _COMMON + "return live('nodes', tonumber(ARGV[3]))"
"""PREFIX NAME PATIENCE: the nodes that are live."""

AGREE: Final = (
    _COMMON
    + """
local patience, may_begin, plan, others, odd = tonumber(ARGV[3]), ARGV[4] == '1', {}, {}, {}
local salt = redis.call('HGET', p .. 'plan', 'salt')
if salt and salt ~= ARGV[6] then
  return {'salted', {}, {}, salt}
end
hear(patience)
for i = 5, #ARGV, 2 do
  plan[ARGV[i]] = ARGV[i + 1]
end
local theirs = redis.call('HGETALL', p .. 'plan')
local is_first, known, plays_alike = #theirs == 0, {}, true
local function differs_in(name)
  odd[#odd + 1] = name
  plays_alike = plays_alike and string.sub(name, 1, 7) == 'access.'
end
for i = 1, #theirs, 2 do
  known[theirs[i]] = true
  if plan[theirs[i]] ~= theirs[i + 1] then
    differs_in(theirs[i])
  end
end
for name in pairs(plan) do
  if not known[name] and not is_first then
    differs_in(name)
  end
end
local differs = #odd > 0
if differs then
  redis.call('ZREM', p .. 'agreed', me)
  others = live('agreed', patience)
  if not may_begin or #others > 0 then
    table.sort(odd)
    return {'differs', odd, others, redis.call('HGET', p .. 'plan', 'version') or ''}
  end
  if not plays_alike then
    local incarnation = redis.call('GET', p .. 'incarnation') or ''
    for _, name in ipairs({'log:', 'snapshot:', 'snapshot-turn:'}) do
      redis.call('DEL', p .. name .. incarnation)
    end
    redis.call('DEL', p .. 'plan', p .. 'incarnation', p .. 'agreed')
  end
end
if is_first or differs then
  redis.call('HSET', p .. 'plan', unpack(ARGV, 5))
end
redis.call('ZADD', p .. 'agreed', 'GT', string.format('%.0f', now + patience), me)
keep('plan', 'agreed')
return {plays_alike and 'agreed' or 'anew', {}, {}, ''}
"""
)
"""PREFIX NAME PATIENCE MAY_BEGIN `salt` SALT (PART DIGEST)...: what comes of it, what differs, with whom, and
their version.

`salted` asks for digests made with the salt that comes last, instead of this node's. `differs` changes
nothing. `anew` has dropped what nodes of another plan have left, for none of them is live; where only parts
differ that say who is let in (`access.…`), they are changed, and nothing is dropped.
"""

LEAVE: Final = _COMMON + "return leave(me, ARGV[3])"
"""PREFIX NAME WHY: this node goes, and its sessions with it."""

OPEN: Final = (
    _COMMON
    + """
local quota, id, owner, ends, record = tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6], ARGV[7]
if not redis.call('ZSCORE', p .. 'nodes', me) then
  return {-2, ''}
end
local owned = p .. 'owned:' .. owner
local count = redis.call('ZCARD', owned)
if quota > 0 and count >= quota then
  return {count, redis.call('ZRANGE', owned, 0, 0, 'WITHSCORES')[2]}
end
add(id, owner, ends, record)
return {-1, ''}
"""
)
"""PREFIX NAME QUOTA ID OWNER ENDS RECORD: -1, or how many the owner has and when the first of them ends; -2
if the node is not known: nobody would miss it, and the session would be there for ever.
"""

CLOSE: Final = (
    _COMMON
    + """
for i = 3, #ARGV, 3 do
  drop(me, ARGV[i], ARGV[i + 1])
  if ARGV[i + 2] ~= '' then
    ended(ARGV[i], ARGV[i + 2])
  end
end
return 0
"""
)
"""PREFIX NAME (ID OWNER WHY)...: sessions are closed; one without a WHY has never been open."""

TELL_ALL: Final = (
    _COMMON
    + """
local beginning, told = ARGV[3], {}
for i = 4, #ARGV, 4 do
  told[ARGV[i]] = true
end
local known = redis.call('HGETALL', p .. 'of:' .. me)
for i = 1, #known, 2 do
  if not told[known[i]] and string.sub(known[i], 1, #beginning) == beginning then
    drop(me, known[i], known[i + 1])
    ended(known[i], '')
  end
end
for i = 4, #ARGV, 4 do
  add(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return 0
"""
)
"""PREFIX NAME BEGINNING (ID OWNER ENDS RECORD)...: these are all sessions whose id begins so."""

USED: Final = (
    _COMMON
    + """
for i = 3, #ARGV, 4 do
  if redis.call('HEXISTS', p .. 'of:' .. me, ARGV[i]) == 1 then
    redis.call('HSET', p .. 'used', ARGV[i], ARGV[i + 2])
    keep('used')
    redis.call('ZADD', p .. 'owned:' .. ARGV[i + 1], 'XX', ARGV[i + 3], ARGV[i])
  end
end
return 0
"""
)
"""PREFIX NAME (ID OWNER USED ENDS)...: sessions were used."""

FIND: Final = (
    _COMMON
    + """
local node, id, joined, patience = ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])
return {
  redis.call('HEXISTS', p .. 'of:' .. node, id),
  redis.call('HGET', p .. 'addresses', node) or '',
  redis.call('ZSCORE', p .. 'nodes', node) and 1 or 0,
  redis.call('GET', p .. 'gone:' .. node) or '',
  redis.call('HGET', p .. 'ended:' .. node, id),
  heard_since(node, joined, patience) and 1 or 0,
}
"""
)
"""PREFIX NAME NODE ID JOINED PATIENCE: whether the node has the session, its address, whether it is known,
why it is gone, why the session has ended, and whether the node was heard since the moment JOINED.
"""
