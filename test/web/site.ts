import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Access, type AccessDeps, type Bus, createAccess } from '../../src/access'
import { DEFAULT_TENANT_ID, type Endpoint } from '../../src/api'
import { createDb, type Db } from '../../src/base/db'
import { notFound } from '../../src/base/errors'
import { hashSecret, newId, newSecret } from '../../src/base/ids'
import type { Log } from '../../src/base/log'
import { createMetrics } from '../../src/base/metrics'
import { type Check, createServer, type Mount, type Upgrade, type WebServer } from '../../src/web'
import { quietLog, testDatabase } from '../support/parts'

/** Connects processes like Redis: each receives the messages of the others, not its own. */
function createWire(): () => Bus {
  const buses = new Set<Map<string, (text: string) => void>>()
  return () => {
    const own = new Map<string, (text: string) => void>()
    buses.add(own)
    return {
      publish(channel, text) {
        for (const bus of buses) if (bus !== own) bus.get(channel)?.(text)
      },
      subscribe: (channel, listener) => void own.set(channel, listener),
    }
  }
}

export interface Site {
  db: Db
  access: Access
  web: WebServer
  url: string
  adminToken: string
  dataDir: string
  databaseUrl: string
  /** Sends a request with the admin's token, or the one in `as` (null: none). */
  ask(method: string, path: string, options?: Ask): Promise<Answer>
  /** Creates a token in the default or another tenant. */
  tokenFor(role: 'viewer' | 'operator' | 'admin', tenantId?: string): Promise<string>
  anotherTenant(): Promise<string>
  /** Another process on the same database and bus. */
  anotherAccess(): Access
  stop(): Promise<void>
}

interface Ask {
  as?: string | null
  cookie?: string
  body?: unknown
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read responses of every shape
  body: any
  text: string
}

interface Options {
  endpoints?: (access: Access) => Endpoint[]
  mounts?: Mount[] | ((access: Access) => Mount[])
  upgrades?: Record<string, Upgrade>
  checks?: Record<string, Check>
  metricsToken?: string
  log?: Log
  /** Uses a separate PostgreSQL server, for tests that stop it. */
  databaseUrl?: string
  config?: {
    trustProxy?: string
    publicUrl?: string
    corsOrigins?: readonly string[]
    accessLog?: boolean
    cookieSecure?: boolean
    tls?: { cert: string; key: string }
  }
  streams?: { maxPerIp: number; maxPerTenant: number }
}

/** The real web server with access and its own database. */
export async function startSite(options: Options = {}): Promise<Site> {
  const database = options.databaseUrl
    ? { url: options.databaseUrl, drop: async () => undefined }
    : await testDatabase()
  const db = createDb(database.url, 8)
  const dataDir = await mkdtemp(join(tmpdir(), 'tailrace-web-'))
  const newBus = createWire()
  const adminToken = newSecret('trt')
  const config = { cookieSecure: false, ...options.config, dataDir, embedded: { postgres: true } }
  // what the streams writer does, without the entries
  const events: AccessDeps['events'] = {
    commit: (effect, item) => db.transaction(async trx => (await effect.apply(trx, [item])).results[0] as never),
  }
  const newAccess = () =>
    createAccess({
      db,
      log: quietLog,
      bus: newBus(),
      events,
      config: { ...config, streams: options.streams ?? { maxPerIp: 0, maxPerTenant: 0 } },
      adminToken,
      async checkTopics(_principal, topics) {
        if (topics.some(topic => !topic.startsWith('job:'))) throw notFound('topic')
      },
    })
  const access = newAccess()
  await access.start()
  for (const name of ['index.html', 'docs.html'])
    await writeFile(join(dataDir, name), '<!doctype html><title>Tailrace</title>')
  await writeFile(join(dataDir, 'main-ABCDEFG2.js'), 'export {}')
  await writeFile(join(dataDir, 'plain.js'), 'export {}')
  const web = createServer({
    config: { ...options.config, port: 0, host: '127.0.0.1', cookieSecure: config.cookieSecure },
    metricsToken: options.metricsToken,
    log: options.log ?? quietLog,
    metrics: createMetrics(),
    checks: options.checks ?? {},
    site: {
      access,
      endpoints: [...access.endpoints, ...(options.endpoints?.(access) ?? [])],
      mounts: typeof options.mounts === 'function' ? options.mounts(access) : (options.mounts ?? []),
      upgrades: options.upgrades ?? {},
      publicDir: dataDir,
      version: '0.0.0',
    },
  })
  await web.start()

  async function addToken(role: string, tenantId: string) {
    const secret = newSecret('trt')
    await db('api_tokens').insert({
      id: newId(),
      tenant_id: tenantId,
      name: `a ${role}`,
      role,
      secret_hash: hashSecret(secret),
      created_by: { type: 'system', id: null, name: 'test' },
    })
    return secret
  }

  return {
    db,
    access,
    web,
    url: web.url(),
    adminToken,
    dataDir,
    databaseUrl: database.url,
    ask: (method, path, ask) => request(web.url() + path, method, { as: adminToken, ...ask }),
    tokenFor: (role, tenantId = DEFAULT_TENANT_ID) => addToken(role, tenantId),
    async anotherTenant() {
      const id = newId()
      await db('tenants').insert({ id, name: 'Another' })
      return id
    },
    anotherAccess: newAccess,
    async stop() {
      await web.stop(100)
      await access.stop()
      await db.destroy()
      await database.drop()
      await rm(dataDir, { recursive: true })
    },
  }
}

async function request(url: string, method: string, { as, cookie, body, headers }: Ask): Promise<Answer> {
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(as && !cookie && { authorization: `Bearer ${as}` }),
      ...(cookie && { cookie }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** The `name=value` of the cookie that a response sets. */
export const cookieOf = (answer: Answer) => answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
