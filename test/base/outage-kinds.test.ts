import { isOutage } from '../../src/base/outage'

const named = (name: string, message: string) => Object.assign(new Error(message), { name })
const coded = (code: string) => Object.assign(new Error('insert into "jobs" - something'), { code })

test.each([
  'CLUSTERDOWN The cluster is down',
  'CLUSTERDOWN Hash slot not served',
  'TRYAGAIN Multiple keys request during rehashing of slot',
  'LOADING Redis is loading the dataset in memory',
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
  "READONLY You can't write against a read only replica. script: 1a2b, on @user_script:1.",
  'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
  "OOM command not allowed when used memory > 'maxmemory'.",
  "ERR Error running script (call to f_1a2b): @user_script:7: @user_script: 7: -OOM command not allowed when used memory > 'maxmemory'.",
  'NOREPLICAS Not enough good replicas to write.',
  'WRONGPASS invalid username-password pair or user is disabled.',
  'Too many Cluster redirections. Last error: Error: Connection is closed.',
  "Cluster isn't ready and enableOfflineQueue options is false",
  'Connection is closed.',
  'None of startup nodes is available',
  'All sentinels are unreachable. Retrying from scratch after 10ms. Last error: connect ECONNREFUSED',
  'UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)',
  'ERR Script attempted to access a non local key in a cluster node script: 1a2b, on @user_script:7.',
  'ERR Error running script (call to f_1a2b): @user_script:7: @user_script: 7: Lua script attempted to access a non local key in a cluster node',
])('Redis: %s', message => expect(isOutage(new Error(message))).toBe(true))

test.each(['08006', '08P01', '53100', '53200', '53300', '57P01', '57P02', '57P03', '25006', '25P03', '28P01'])(
  'PostgreSQL: %s',
  code => expect(isOutage(coded(code))).toBe(true),
)

test('pools and clients that give up', () => {
  expect(isOutage(named('MaxRetriesPerRequestError', 'Reached ...'))).toBe(true)
  expect(isOutage(named('ClusterAllFailedError', 'Failed to refresh slots cache.'))).toBe(true)
  expect(isOutage(named('KnexTimeoutError', 'Knex: Timeout acquiring a connection.'))).toBe(true)
  expect(isOutage(new AggregateError([coded('ECONNREFUSED'), coded('ENOTFOUND')]))).toBe(true)
})

const OTHERS = [
  new Error('CROSSSLOT Keys in request do not hash to the same slot'),
  new Error('WRONGTYPE Operation against a key holding the wrong kind of value'),
  new Error('ERR unknown command'),
  new Error('the text MISCONF in the middle'),
  new AggregateError([coded('ECONNREFUSED'), new TypeError('x is undefined')]),
  coded('23505'),
  coded('40P01'),
  coded('42P01'),
  coded('57014'),
  'CLUSTERDOWN',
  undefined,
]
test.each(OTHERS.map(error => [String(error), error]))('not an outage: %s', (_name, error) =>
  expect(isOutage(error)).toBe(false),
)
