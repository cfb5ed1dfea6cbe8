import { resolve } from 'node:path'
import { isAllowance } from './base/addresses'
import { checkDatabaseUrl } from './base/database-url'
import { messageOf, StartError } from './base/errors'
import { readOrigins } from './base/origins'
import { faultsOf, z } from './base/parse'
import { readRedisUrl } from './base/redis-url'
import { readKeys } from './base/sealed'
import { flag } from './contract/fields'

export { ROOT } from './base/root'

const integer = (defaultValue: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(defaultValue)
/** A secret sent in a header. */
const bearer = z.string().regex(/^[\x21-\x7e]{16,512}$/, 'must be 16 to 512 ASCII characters without spaces')
const MINUTE_MS = 60_000
const days = (defaultValue: number) => integer(defaultValue, 1, 3_650)
/** Other settings count as unset if they are empty. */
const MAY_BE_EMPTY = new Set(['OUTBOUND_ALLOW'])
/** Must be set both or not at all. */
const TLS_PAIR = ['OSQUERY_TLS_CERT', 'OSQUERY_TLS_KEY'] as const
/** In ascending order: each period must be at least as long as the previous one. */
const KEPT_IN_ORDER = [
  'RETENTION_EVENTS_DAYS',
  'RETENTION_LOGS_DAYS',
  'RETENTION_JOBS_DAYS',
  'RETENTION_FAILED_DAYS',
  'RETENTION_AUDIT_DAYS',
] as const
/** An empty value and `none` both mean an empty list, even if the default is not empty. */
const allowances = z
  .string()
  .transform(text =>
    text
      .split(',')
      .map(part => part.trim())
      .filter(Boolean),
  )
  .transform(parts => (parts.length === 1 && parts[0] === 'none' ? [] : parts))
  .refine(
    parts => parts.every(isAllowance),
    'must be "none", or a comma-separated list of "private", addresses and CIDRs such as 10.0.0.0/8',
  )

/** A string that `check` accepts without throwing. */
const checkedBy = (check: (text: string) => unknown) =>
  z.string().superRefine((text, context) => {
    try {
      check(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) })
    }
  })

/** All settings with their defaults; docs/settings.md and .env.example describe them. */
export const variables = z.object({
  PORT: integer(8080, 0, 65_535),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: z.url().optional(),
  TRUST_PROXY: z.string().optional(),
  CORS_ORIGINS: checkedBy(readOrigins).transform(readOrigins).optional(),
  DATA_DIR: z.string().default('.data'),
  DATABASE_URL: checkedBy(checkDatabaseUrl).optional(),
  DATABASE_POOL: integer(10, 2, 200),
  REDIS_URL: checkedBy(readRedisUrl).optional(),
  REDIS_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]+$/, 'may only contain a-z, 0-9, _ and -')
    .default('tailrace'),
  TAILRACE_ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  TAILRACE_ADMIN_TOKEN: bearer.optional(),
  METRICS_TOKEN: bearer.optional(),
  SECRETS_KEY: checkedBy(readKeys).transform(readKeys).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
  LOG_FORMAT: z.enum(['pretty', 'json']).default('json'),
  ACCESS_LOG: z.enum(['on', 'off']).default('on'),
  OUTBOUND_ALLOW: allowances.optional(),
  CONNECTIVITY_PROBE: z
    .string()
    .regex(/^\S+:\d{1,5}$/, 'must be a host and a port, such as 192.0.2.1:53')
    .optional(),
  WORKER_CONCURRENCY: integer(20, 1, 1_000),
  SHUTDOWN_TIMEOUT_MS: integer(20_000, 100, 10 * MINUTE_MS),
  JOB_LOCK_MS: integer(30_000, 500, 10 * MINUTE_MS),
  RECONCILE_MS: integer(10_000, 100, 10 * MINUTE_MS),
  STREAM_WINDOW_MS: integer(150, 1, 5_000),
  STREAM_HEARTBEAT_MS: integer(5_000, 50, 5 * MINUTE_MS),
  STREAM_EVENTS_HEARTBEAT_MS: integer(30_000, 50, 5 * MINUTE_MS),
  STREAM_LIFE_MS: integer(10 * MINUTE_MS, 1_000, 24 * 60 * MINUTE_MS),
  STREAM_SLOW_MS: integer(30_000, 100, 10 * MINUTE_MS),
  STREAM_MAX_PER_IP: z.coerce.number().int().min(0).optional(),
  STREAM_MAX_PER_TENANT: z.coerce.number().int().min(0).optional(),
  RETENTION_EVENTS_DAYS: days(7),
  RETENTION_LOGS_DAYS: days(7),
  RETENTION_JOBS_DAYS: days(30),
  RETENTION_FAILED_DAYS: days(90),
  RETENTION_AUDIT_DAYS: days(365),
  AGENT_HEARTBEAT_MS: integer(10_000, 200, 5 * MINUTE_MS),
  AGENT_INTERVAL_MS: integer(5_000, 200, 10 * MINUTE_MS),
  AGENT_WATCHED_INTERVAL_MS: integer(1_000, 200, 10 * MINUTE_MS),
  AGENT_IDLE_INTERVAL_MS: integer(15_000, 200, 10 * MINUTE_MS),
  AGENT_SAMPLES_HOURS: integer(24, 1, 24 * 30),
  AGENT_LOG_LINES_PER_SECOND: integer(500, 1, 100_000),
  AGENT_TENANT_LOG_LINES_PER_SECOND: integer(5_000, 1, 1_000_000),
  AGENT_BACKFILL_PER_SECOND: integer(2_000, 1, 1_000_000),
  OSQUERY_HOLD_MS: integer(8_000, 0, 9_000),
  OSQUERY_TLS_CERT: z.string().optional(),
  OSQUERY_TLS_KEY: z.string().optional(),
  COOKIE_SECURE: flag.optional(),
  CONTRACT_CHECK_FILE: z.string().optional(),
  PATH: z.string().default('/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'),
})

const environment = variables.superRefine((e, context) => {
  for (const setting of TLS_PAIR) {
    if (e[setting] || !TLS_PAIR.some(other => e[other])) continue
    context.addIssue({
      code: 'custom',
      path: [setting],
      message: `is required too: set both ${TLS_PAIR.join(' and ')}, or neither`,
    })
  }
  for (const [i, longer] of KEPT_IN_ORDER.entries()) {
    const shorter = KEPT_IN_ORDER[i - 1]
    if (!shorter || e[shorter] <= e[longer]) continue
    const message = `must not be more than ${longer}, which is ${e[longer]}`
    context.addIssue({ code: 'custom', path: [shorter], message })
  }
})

export type Role = 'all' | 'web' | 'worker'
export type Config = ReturnType<typeof readConfig>['config']
export type Secrets = ReturnType<typeof readConfig>['secrets']

/**
 * Reads and validates all settings.
 * @param env usually `process.env`
 * @throws StartError that lists every invalid setting
 */
export function readConfig(env: Record<string, string | undefined>) {
  const isGiven = (name: string, value: string | undefined) =>
    value !== undefined && (value !== '' || MAY_BE_EMPTY.has(name))
  const given = Object.fromEntries(Object.entries(env).filter(([name, value]) => isGiven(name, value)))
  const result = environment.safeParse(given)
  if (!result.success) {
    const problems = faultsOf(result.error, '').map(({ path, message }) => `  ${path}: ${message}`)
    throw new StartError(`These settings are not valid:\n${problems.join('\n')}\ndocs/settings.md lists all settings.`)
  }
  const e = result.data
  /** The servers Tailrace runs itself because no URL is set. */
  const embedded = { postgres: !e.DATABASE_URL, redis: !e.REDIS_URL }
  const keptFor = (setting: (typeof KEPT_IN_ORDER)[number]) => ({ setting, days: e[setting], given: setting in given })
  const firstRun = embedded.postgres && embedded.redis
  const config = Object.freeze({
    role: e.TAILRACE_ROLE,
    port: e.PORT,
    host: e.HOST,
    publicUrl: e.PUBLIC_URL,
    trustProxy: e.TRUST_PROXY,
    corsOrigins: e.CORS_ORIGINS ?? [],
    cookieSecure: e.COOKIE_SECURE ?? e.PUBLIC_URL?.startsWith('https:') ?? false,
    dataDir: resolve(e.DATA_DIR),
    databasePool: e.DATABASE_POOL,
    redisPrefix: e.REDIS_PREFIX,
    embedded,
    /** Search path for programs such as redis-server. */
    searchPath: e.PATH,
    log: { level: e.LOG_LEVEL, format: e.LOG_FORMAT },
    accessLog: e.ACCESS_LOG === 'on',
    outboundAllow: e.OUTBOUND_ALLOW ?? (firstRun ? ['private'] : []),
    connectivityProbe: e.CONNECTIVITY_PROBE,
    worker: { concurrency: e.WORKER_CONCURRENCY, lockMs: e.JOB_LOCK_MS, reconcileMs: e.RECONCILE_MS },
    shutdownMs: e.SHUTDOWN_TIMEOUT_MS,
    /** For development and tests, see `base/contract-check.ts`. */
    contractCheckFile: e.CONTRACT_CHECK_FILE,
    /** Days by term. */
    retention: Object.freeze({
      events: keptFor('RETENTION_EVENTS_DAYS'),
      logs: keptFor('RETENTION_LOGS_DAYS'),
      jobs: keptFor('RETENTION_JOBS_DAYS'),
      failed: keptFor('RETENTION_FAILED_DAYS'),
      audit: keptFor('RETENTION_AUDIT_DAYS'),
    }),
    /** PEM files; if set, the web process serves TLS as well as plain HTTP. */
    tls:
      e.OSQUERY_TLS_CERT && e.OSQUERY_TLS_KEY
        ? Object.freeze({ cert: resolve(e.OSQUERY_TLS_CERT), key: resolve(e.OSQUERY_TLS_KEY) })
        : undefined,
    fleet: Object.freeze({ holdMs: e.OSQUERY_HOLD_MS }),
    agents: Object.freeze({
      heartbeatMs: e.AGENT_HEARTBEAT_MS,
      intervalMs: e.AGENT_INTERVAL_MS,
      watchedIntervalMs: e.AGENT_WATCHED_INTERVAL_MS,
      idleIntervalMs: e.AGENT_IDLE_INTERVAL_MS,
      samplesKeptMs: e.AGENT_SAMPLES_HOURS * 60 * MINUTE_MS,
      linesPerSecond: e.AGENT_LOG_LINES_PER_SECOND,
      tenantLinesPerSecond: e.AGENT_TENANT_LOG_LINES_PER_SECOND,
      backfillPerSecond: e.AGENT_BACKFILL_PER_SECOND,
    }),
    streams: Object.freeze({
      windowMs: e.STREAM_WINDOW_MS,
      heartbeatMs: e.STREAM_HEARTBEAT_MS,
      eventsHeartbeatMs: e.STREAM_EVENTS_HEARTBEAT_MS,
      lifeMs: e.STREAM_LIFE_MS,
      slowMs: e.STREAM_SLOW_MS,
      maxPerIp: e.STREAM_MAX_PER_IP ?? (firstRun ? 0 : 10),
      maxPerTenant: e.STREAM_MAX_PER_TENANT ?? (firstRun ? 0 : 100),
    }),
  })
  const secrets = Object.freeze({
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    adminToken: e.TAILRACE_ADMIN_TOKEN,
    metricsToken: e.METRICS_TOKEN,
    /** For secrets in the database; empty: the key in DATA_DIR. */
    sealingKeys: e.SECRETS_KEY ?? [],
  })
  return { config, secrets }
}
