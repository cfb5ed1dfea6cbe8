import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import { createApp } from '../../src/app'
import { startParts } from '../../src/base/lifecycle'
import { createLog } from '../../src/base/log'
import { readConfig } from '../../src/config'
import * as handlers from '../../workers'
import { type TestDatabase, testDatabase, testRedisPrefix, testRedisUrl } from './parts'

export interface Where {
  databaseUrl: string
  redisUrl: string
  prefix: string
}

/** A complete Tailrace inside the test process, on the given servers. */
export async function startApp(where: Where, env: Record<string, string> = {}, clock?: () => Date) {
  const token = env.TAILRACE_ADMIN_TOKEN ?? `test-${randomBytes(16).toString('hex')}`
  const { config, secrets } = readConfig({
    PORT: '0',
    DATABASE_URL: where.databaseUrl,
    REDIS_URL: where.redisUrl,
    REDIS_PREFIX: where.prefix,
    TAILRACE_ADMIN_TOKEN: token,
    STREAM_MAX_PER_IP: '0',
    STREAM_MAX_PER_TENANT: '0',
    OUTBOUND_ALLOW: 'private',
    DATABASE_POOL: '5',
    ...env,
  })
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const log = createLog({
    level: config.log.level,
    format: 'json',
    output: env.LOG_TO_STDOUT ? process.stdout : output,
  })
  const app = createApp({
    config,
    secrets,
    databaseUrl: where.databaseUrl,
    redisUrl: where.redisUrl,
    log,
    handlers: config.role === 'web' ? [] : Object.values(handlers),
    clock,
  })
  const stop = await startParts(app.parts)
  const url = app.server.url()
  const headers = { authorization: `Bearer ${token}` }
  return {
    app,
    url,
    token,
    headers,
    stop,
    get: (path: string) => fetch(url + path, { headers }),
    post: (path: string, body: unknown, more: Record<string, string> = {}) =>
      fetch(url + path, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...more },
        body: JSON.stringify(body),
      }),
  }
}

export type TestApp = Awaited<ReturnType<typeof startApp>>

/** A separate database on the servers of the run, and apps on it that are stopped together. */
export async function appsOnFreshParts() {
  const database: TestDatabase = await testDatabase()
  const where: Where = { databaseUrl: database.url, redisUrl: testRedisUrl(), prefix: testRedisPrefix() }
  const apps: TestApp[] = []
  const token = `test-${randomBytes(16).toString('hex')}`
  return {
    where,
    /** @param clock the clock of retention */
    start: async (env: Record<string, string> = {}, clock?: () => Date) => {
      const app = await startApp(where, { TAILRACE_ADMIN_TOKEN: token, ...env }, clock)
      apps.push(app)
      return app
    },
    stop: async () => {
      for (const app of apps.reverse()) await app.stop()
      await database.drop()
    },
  }
}
