import type { IncomingMessage, Server } from 'node:http'
import express, { type Express } from 'express'
import proxyAddr from 'proxy-addr'
import { type Access, refuseSecretsInUrl } from '../access'
import type { Endpoint } from '../api'
import { badRequest, notFound } from '../base/errors'
import type { Part } from '../base/lifecycle'
import { limitedLog } from '../base/limited-log'
import type { Log } from '../base/log'
import type { Registry } from '../base/metrics'
import type { TlsFiles } from './certificate-files'
import { answerClientErrors } from './client-errors'
import { cors } from './cors'
import { docsRoutes } from './docs'
import { endpointRoutes } from './endpoints'
import { type Check, cachedChecks, healthRoutes, type Outcome, runCheck } from './health'
import { addressOf, closeServer, createHttpServer, latestResponses, listen } from './http-server'
import { type Mount, mountRoutes } from './mounts'
import { pageRoutes } from './pages'
import { errorHandler } from './problems'
import { requestLog } from './request-log'
import { securityHeaders } from './security'
import { serveTls } from './tls'
import { serveUpgrades, type Upgrade } from './upgrades'

/** What a web process serves besides health and metrics. */
export interface Site {
  access: Access
  endpoints: Endpoint[]
  mounts?: Mount[]
  /** Keyed by path, such as `/ws/stream`. */
  upgrades?: Record<string, Upgrade>
  /** The built pages. */
  publicDir: string
  /** Version of Tailrace. */
  version: string
}

export interface WebDeps {
  config: {
    port: number
    host: string
    trustProxy?: string | undefined
    cookieSecure: boolean
    publicUrl?: string | undefined
    /** Origins whose pages may use the API with a token or ticket. */
    corsOrigins?: readonly string[]
    /** Whether requests are logged; on by default. */
    accessLog?: boolean
    /** Serves TLS as well, if there is a site. */
    tls?: TlsFiles | undefined
  }
  metricsToken: string | undefined
  log: Log
  metrics: Registry
  /** Checks of `/readyz`, by name. */
  checks: Record<string, Check>
  /** Absent in worker processes. */
  site?: Site
}

export interface WebServer extends Part {
  server: Server
  /** Base URL; valid after `start`. */
  url(): string
  /** What `/readyz` reports, by part. */
  readiness(): Promise<Record<string, Outcome>>
  /** Makes `/readyz` report `stopping`, so that load balancers send no more requests here. */
  drain(): void
  /** Closes connections that are still open after `timeoutMs`. Close the streams first. */
  stop(timeoutMs?: number): Promise<void>
  /** Client address, resolved through trusted proxies; for upgrade requests, which express does not handle. */
  clientIp(req: IncomingMessage): string
}

const STOP_TIMEOUT_MS = 5_000
/** Short, because requests have already waited when this check runs. */
const DATABASE_CHECK_TIMEOUT_MS = 1_000

/** The HTTP server of a process: health for every role, and the site for web processes. */
export function createServer(deps: WebDeps): WebServer {
  let isStopping = false
  const readiness = cachedChecks(deps.checks, deps.log)
  const app = createApp(deps, readiness, () => isStopping)
  const server = createHttpServer(app)
  const tls = deps.site && deps.config.tls ? serveTls(server, deps.config.tls, deps.log) : undefined
  const responses = latestResponses(server)
  answerClientErrors(server, responses)
  const upgraded = serveUpgrades(server, deps.site?.upgrades ?? {}, responses, limitedLog(deps.log))
  const trust = app.get('trust proxy fn') as (address: string, hop: number) => boolean
  return {
    name: 'web',
    server,
    url: () => addressOf(server),
    readiness,
    clientIp: req => proxyAddr(req, trust) ?? '',
    async start() {
      await tls?.start()
      await listen(server, deps.config.port, deps.config.host)
    },
    drain() {
      isStopping = true
    },
    async stop(timeoutMs = STOP_TIMEOUT_MS) {
      isStopping = true
      tls?.stop()
      await closeServer(server, upgraded, timeoutMs)
    },
  }
}

function createApp(
  { config, log, metrics, metricsToken, checks, site }: WebDeps,
  readiness: WebServer['readiness'],
  isStopping: () => boolean,
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.set('case sensitive routing', true)
  app.set('trust proxy', trustOf(config.trustProxy))
  app.use(requestLog({ log, metrics, isOn: config.accessLog ?? true }))
  if (site && config.corsOrigins?.length) app.use(['/api', '/client'], cors(config.corsOrigins, site.access))
  app.use((req, res, next) => {
    if (isStopping()) res.setHeader('Connection', 'close')
    requireHost(req)
    refuseSecretsInUrl(req.url)
    next()
  })
  const [programMounts, browserMounts] = splitMounts(site?.mounts ?? [])
  if (site) app.use(mountRoutes(programMounts, site.access)) // before the browser headers, which busy agents do not need
  app.use(securityHeaders(config.cookieSecure))
  app.use(healthRoutes({ readiness, metrics, metricsToken, isStopping }))
  if (site) {
    app.use(mountRoutes(browserMounts, site.access))
    app.use(endpointRoutes(site.endpoints, site.access, sharedOutageCheck(checks.postgres)))
    app.use(docsRoutes(site, config.publicUrl))
    app.use(pageRoutes(site.publicDir, site.access))
  }
  app.use(() => {
    throw notFound('address')
  })
  for (const { path, onError } of site?.mounts ?? []) if (onError) app.use(path, onError)
  app.use(errorHandler(limitedLog(log), site?.publicDir))
  return app
}

/** RFC 9112 section 3.2. */
function requireHost({ httpVersion, headers }: IncomingMessage): void {
  if (headers.host === undefined && httpVersion !== '1.0')
    throw badRequest([{ path: 'header.host', message: 'HTTP/1.1 needs a Host header.' }])
}

/** Waiting requests share one check at a time. */
function sharedOutageCheck(check: Check = () => undefined): () => Promise<boolean> {
  let running: Promise<boolean> | undefined
  return () => {
    running ??= runCheck(check, DATABASE_CHECK_TIMEOUT_MS)
      .then(({ outcome }) => outcome !== 'ok')
      .finally(() => {
        running = undefined
      })
    return running
  }
}

const splitMounts = (mounts: Mount[]) =>
  [mounts.filter(isForPrograms), mounts.filter(mount => !isForPrograms(mount))] as const

const isForPrograms = ({ roles, csp }: Mount) => roles === 'anyone' && !csp

/**
 * TRUST_PROXY: the number of proxies in front of us, their addresses or networks (`loopback, 10.0.0.0/8`), or `true`.
 * @throws Error that names the setting
 */
function trustOf(setting: string | undefined): boolean | number | string[] {
  if (setting === undefined || setting === 'false') return false
  if (setting === 'true') return true
  if (/^\d+$/.test(setting)) return Number(setting)
  const addresses = setting.split(',').map(address => address.trim())
  try {
    proxyAddr.compile(addresses)
  } catch (error) {
    throw new Error(`TRUST_PROXY is not valid: ${error instanceof Error ? error.message : String(error)}`)
  }
  return addresses
}
