import { isIP } from 'node:net'
import { urlFrom } from '../../../text/url'
import type { Audit } from '../../access'
import { accepted, type Endpoint, endpoint, noContent, ok, type Principal, pageOf, readCursor } from '../../api'
import type { Db } from '../../base/db'
import { badRequest, conflict, type Fault, Problem } from '../../base/errors'
import { newId } from '../../base/ids'
import type { Outbound } from '../../base/outbound'
import type { Sealer } from '../../base/sealed'
import { type CrawlCreate, crawlRoutes as routes } from '../../contract/crawls'
import { uuid } from '../../contract/fields'
import type { Jobs } from '../../jobs'
import { listCrawls } from './crawl-store'
import type { Crawls } from './crawls'
import { crawlKind } from './kind'
import { mergedSecrets, openSecrets, secretNames } from './secrets'
import { settingsFaults } from './settings-faults'
import { crawlLinks, toCrawl, toItem } from './shown-crawl'

export interface CrawlRoutesDeps {
  db: Db
  crawls: Crawls
  jobs: Pick<Jobs, 'enqueue' | 'cancel'>
  audit: Audit
  outbound: Pick<Outbound, 'checkAddress'>
  sealer: Sealer
}

/** Lists, starts and changes crawls. */
export const crawlRoutes = (deps: CrawlRoutesDeps): Endpoint[] => [
  listRoute(deps),
  createRoute(deps),
  readRoute(deps),
  changeRoute(deps),
  pauseRoute(deps),
  resumeRoute(deps),
  cancelRoute(deps),
  removeRoute(deps),
]

const listRoute = ({ db }: CrawlRoutesDeps) =>
  endpoint(routes.list, async ({ principal: { tenantId }, query: { limit, cursor, status, q } }) => {
    const after = readCursor(cursor, uuid)
    const found = await listCrawls(db, tenantId, { status, q }, { after, limit: limit + 1 })
    const { items, next_cursor } = pageOf(found, limit, ({ id }) => id)
    return ok({ items: items.map(toItem), next_cursor })
  })

const createRoute = ({ crawls, jobs, audit, outbound, sealer }: CrawlRoutesDeps) =>
  endpoint(routes.create, async ({ principal, body }) => {
    const { tenantId, actor: createdBy } = principal
    const { settings, secrets, reason } = await readRequest({ crawls, outbound, sealer }, principal, body)
    const id = newId()
    // the crawl first, since a worker may take the job at once
    const row = await crawls.open({ id, tenantId, createdBy, settings, secrets })
    const { job } = await jobs.enqueue(crawlKind, row.settings, { id, tenantId, createdBy, reason })
    const data = { seeds: settings.seeds.slice(0, SEEDS_AUDITED), pages: settings.limits.pages }
    await audit.record({ by: principal, action: 'crawl.create', target: { type: 'crawl', id }, reason, data })
    return accepted({ crawl: toCrawl(row), job, links: crawlLinks(id) })
  })

const SEEDS_AUDITED = 10

/**
 * A request for a crawl, checked, with its secrets apart.
 * @throws Problem 400 that names every fault, 404 if there is no crawl to take secrets from
 */
export async function readRequest(
  { crawls, outbound, sealer }: Pick<CrawlRoutesDeps, 'crawls' | 'outbound' | 'sealer'>,
  { tenantId }: Principal,
  { headers, basic, secrets_of, reason, ...rest }: CrawlCreate,
) {
  const given = { ...(headers && { headers }), ...(basic && { basic }) }
  const row = secrets_of === undefined ? undefined : await crawls.find({ tenantId, id: secrets_of })
  if (row && !isFor(row.settings.seeds, rest.seeds)) throw badRequest([SECRETS_ELSEWHERE])
  const secrets = row ? mergedSecrets(openSecrets(sealer, row), given) : given
  const settings = { ...rest, secret_names: secretNames(secrets) }
  const faults: Fault[] = settingsFaults(settings).map(({ path, message }) => ({
    path: `body.${path.join('.')}`,
    message,
  }))
  faults.push(...settings.seeds.flatMap((seed, i) => blockedSeed(outbound, seed, i)), ...headerFaultsIn(headers))
  if (faults.length) throw badRequest(faults)
  return { settings, secrets, reason }
}

/** Secrets can be used without being known, but only where they were meant to be sent. */
const isFor = (earlier: readonly string[], seeds: readonly string[]) => {
  const origins = new Set(earlier.map(originOf))
  return seeds.every(seed => origins.has(originOf(seed)))
}
const originOf = (url: string) => urlFrom(url)?.origin ?? url
const SECRETS_ELSEWHERE: Fault = {
  path: 'body.secrets_of',
  message: 'has secrets for other hosts than those of the seeds: give them again',
}

/** A seed whose address is written in it and blocked. What a name resolves to is seen when it is fetched. */
function blockedSeed({ checkAddress }: Pick<Outbound, 'checkAddress'>, seed: string, index: number): Fault[] {
  const host = urlFrom(seed)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? ''
  const refused = isIP(host) ? checkAddress(host) : undefined
  return refused ? [{ path: `body.seeds.${index}`, message: refused.error.message }] : []
}

/** A token by RFC 9110, section 5.6.2, and a value without control characters (section 5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
/** What the crawler has to decide itself. */
const OWN_HEADERS = [
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'user-agent',
  'accept-encoding',
  'cookie',
]

const headerFaultsIn = (headers: Readonly<Record<string, string>> = {}): Fault[] =>
  Object.entries(headers).flatMap(([name, value]) => {
    const path = `body.headers.${name}`
    if (!NAME.test(name)) return [{ path, message: 'is not a valid name of a header' }]
    if (OWN_HEADERS.includes(name.toLowerCase())) return [{ path, message: 'is set by the crawler itself' }]
    return VALUE.test(value) ? [] : [{ path, message: 'has characters that headers cannot have' }]
  })

const readRoute = ({ crawls }: CrawlRoutesDeps) =>
  endpoint(routes.read, async ({ principal: { tenantId }, params: { id } }) => {
    const row = await crawls.find({ tenantId, id })
    return ok({ ...toCrawl(row, await crawls.countsOf(row)), links: crawlLinks(id) })
  })

const changeRoute = ({ crawls, audit }: CrawlRoutesDeps) =>
  endpoint(routes.change, async ({ principal, params: { id }, body: { reason, ...change } }) => {
    const row = await crawls.change({ does: 'set', crawl: { tenantId: principal.tenantId, id }, change })
    const target = { type: 'crawl', id }
    await audit.record({ by: principal, action: 'crawl.change', target, reason, data: change })
    return ok({ crawl: toCrawl(row, await crawls.countsOf(row)) })
  })

const pauseRoute = ({ crawls, audit }: CrawlRoutesDeps) =>
  endpoint(routes.pause, async ({ principal, params: { id }, body }) => {
    const { tenantId, actor: by } = principal
    const reason = body?.reason
    const row = await crawls.change({ does: 'pause', crawl: { tenantId, id }, by, reason: reason ?? null })
    await audit.record({ by: principal, action: 'crawl.pause', target: { type: 'crawl', id }, reason })
    return accepted({ crawl: toCrawl(row, await crawls.countsOf(row)) })
  })

const resumeRoute = ({ crawls, audit }: CrawlRoutesDeps) =>
  endpoint(routes.resume, async ({ principal, params: { id }, body }) => {
    const row = await crawls.change({ does: 'resume', crawl: { tenantId: principal.tenantId, id } })
    await audit.record({ by: principal, action: 'crawl.resume', target: { type: 'crawl', id }, reason: body?.reason })
    return accepted({ crawl: toCrawl(row, await crawls.countsOf(row)) })
  })

const cancelRoute = ({ crawls, jobs, audit }: CrawlRoutesDeps) =>
  endpoint(routes.cancel, async ({ principal, params: { id }, body }) => {
    const { tenantId, actor: by } = principal
    const ref = { tenantId, id }
    const { ended_at } = await crawls.find(ref)
    if (ended_at) throw conflict('crawl_ended', 'The crawl has ended.')
    const reason = body?.reason ?? 'Stopped'
    // before its job, whose end is the last event
    await crawls.end(ref, 'cancelled')
    await jobs.cancel(ref, { reason, by }).catch(error => {
      // the crawl may have outlived its job
      if (!isOver(error)) throw error
    })
    await audit.record({ by: principal, action: 'crawl.cancel', target: { type: 'crawl', id }, reason })
    return accepted({ crawl: toCrawl(await crawls.find(ref)) })
  })

/** Whether the job has ended or was deleted. */
const isOver = (error: unknown) => error instanceof Problem && (error.status === 409 || error.status === 404)

const removeRoute = ({ crawls, audit }: CrawlRoutesDeps) =>
  endpoint(routes.remove, async ({ principal, params: { id }, query: { reason } }) => {
    const { tenantId } = principal
    await crawls.remove({ tenantId, id })
    await audit.record({ by: principal, action: 'crawl.delete', target: { type: 'crawl', id }, reason })
    return noContent()
  })
