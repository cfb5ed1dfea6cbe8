import type { Page, Request } from 'playwright-core'
import { PAGES, type PageName } from '../../src/contract/pages'
import { painted } from './browser'
import type { Seeded } from './seed'

/** Where a page has one of its views. */
export interface Address {
  path: string
  /** Selector of what it shows once it has its data. */
  shows: string
}

const NO_ID = '00000000-0000-7000-8000-000000000000'
const LOG = '.log-row:not(.log-probe)'

/** What is walked through: all pages, and an address that none of them has. */
export const WALKED = [...PAGES.map(({ name }) => name), 'nowhere'] as const

/** Addresses of a page, with seeded data. */
export function addressesOf(page: PageName | 'nowhere', ids: Seeded): Address[] {
  const { job, host, query, badQuery, alert, incident, monitor, crawl, agent, container } = ids
  const views: Record<PageName | 'nowhere', ReadonlyArray<[path: string, shows: string]>> = {
    'sign-in': [['/sign-in', 'form']],
    dashboard: [['/', '.queue-card']],
    jobs: [
      ['/jobs', '.job-row'],
      ['/jobs?children=1', '.job-row'],
      ['/jobs?q=there+is+no+such+job', '.empty'],
    ],
    job: [
      [`/jobs/${job}`, LOG],
      [`/jobs/${job}?tab=timeline`, '.step'],
      [`/jobs/${job}?tab=children`, '.tally'],
      [`/jobs/${job}?tab=data`, '.copy-block'],
      [`/jobs/${NO_ID}`, '.empty'],
    ],
    schedules: [['/schedules', 'table']],
    queues: [
      ['/queues', '.queue-card'],
      ['/queues?name=demo', '.chart canvas'],
    ],
    errors: [['/errors', '.error-row']],
    workers: [['/workers', '.panel']],
    hosts: [
      ['/hosts', '.host-row'],
      ['/hosts?q=there+is+no+such+host', '.empty'],
    ],
    queries: [
      ['/queries', '.query-row'],
      ['/queries?q=there+is+no+such+query', '.empty'],
    ],
    'saved-queries': [['/hosts/saved-queries', 'table']],
    packs: [['/hosts/packs', '.pack']],
    labels: [['/hosts/labels', 'table']],
    files: [['/hosts/files', '.empty']],
    'enroll-secrets': [['/admin/enroll-secrets', 'table']],
    'add-host': [['/hosts/add', '.copy-block']],
    host: [
      [`/hosts/${host}`, '.host-query'],
      [`/hosts/${host}?tab=history`, '.host-query'],
      [`/hosts/${host}?tab=scheduled`, '.change'],
      [`/hosts/${host}?tab=log`, LOG],
      [`/hosts/${host}?tab=labels`, '.host-labels-tab'],
      [`/hosts/${host}?tab=files`, '.empty'],
      [`/hosts/${NO_ID}`, '.empty'],
    ],
    'new-query': [['/queries/new?all=1&sql=select+*+from+file', '.sql-advice p']],
    query: [
      [`/queries/${query}`, '.grid tbody td a'],
      [`/queries/${query}?view=hosts`, '.target'],
      [`/queries/${query}?view=values&column=username`, '.value'],
      [`/queries/${badQuery}`, '.empty'],
      [`/queries/${badQuery}?view=errors`, '.error-row'],
      [`/queries/${NO_ID}`, '.empty'],
    ],
    monitors: [
      ['/monitors', '.monitor-row'],
      ['/monitors?q=there+is+no+such+monitor', '.empty'],
    ],
    'new-monitor': [['/monitors/new', '.monitor-form']],
    monitor: [
      [`/monitors/${monitor}`, '.monitor-check'],
      [`/monitors/${monitor}?window=90d&failures=1`, '.monitor-check'],
      [`/monitors/${NO_ID}`, '.empty'],
    ],
    'edit-monitor': [[`/monitors/${monitor}/edit`, '.monitor-form']],
    'status-pages': [['/status-pages', '.empty']],
    crawls: [
      ['/crawls', '.crawl-row'],
      ['/crawls?q=there+is+no+such+crawl', '.empty'],
    ],
    'new-crawl': [
      ['/crawls/new', '.crawl-form'],
      [`/crawls/new?from=${crawl}`, '.crawl-form'],
    ],
    'robots-test': [['/crawls/robots', 'form']],
    crawl: [
      [`/crawls/${crawl}`, '.lines'],
      [`/crawls/${crawl}?tab=log`, LOG],
      [`/crawls/${crawl}?tab=pages`, 'table'],
      [`/crawls/${crawl}?tab=broken`, '.broken-link'],
      [`/crawls/${crawl}?tab=findings`, 'table'],
      [`/crawls/${crawl}?tab=hosts`, 'table'],
      [`/crawls/${crawl}?tab=tree`, '[role="treeitem"]'],
      [`/crawls/${crawl}?tab=compare`, '.empty'],
      [`/crawls/${crawl}?tab=why&url=${encodeURIComponent('http://127.0.0.1/')}`, '.why'],
      [`/crawls/${NO_ID}`, '.empty'],
    ],
    agents: [
      ['/agents', '.agent-row .trend-value'],
      ['/agents?q=there+is+no+such+agent', '.empty'],
    ],
    agent: [
      [`/agents/${agent}`, '.container-row'],
      [`/agents/${agent}?period=24h`, '.chart canvas'],
      [`/agents/${NO_ID}`, '.empty'],
    ],
    containers: [
      ['/containers', '.container-row'],
      ['/containers?q=there+is+no+such+container', '.empty'],
    ],
    container: [
      [`/containers/${container}`, LOG],
      [`/containers/${container}?tab=charts`, '.chart canvas'],
      [`/containers/${container}?tab=history`, '.topic-events li'],
      [`/containers/${NO_ID}`, '.empty'],
    ],
    'container-logs': [['/containers/logs', LOG]],
    incidents: [
      ['/incidents', '.incident-row'],
      ['/incidents?q=there+is+no+such+incident', '.empty'],
      ['/incidents?status=resolved', '.empty, .incident-row'],
    ],
    incident: [
      [`/incidents/${incident}`, '.timeline-step'],
      [`/incidents/${NO_ID}`, '.empty'],
    ],
    notifications: [['/notifications', 'table']],
    'alert-routes': [['/alert-routes', '.route-box']],
    'alert-rules': [['/alert-rules', 'table']],
    receivers: [['/admin/receivers', '.receiver']],
    alerts: [
      ['/alerts', '.alert-row'],
      ['/alerts?group_by=team', '.alert-card'],
      ['/alerts?q=there+is+no+such+alert', '.empty'],
    ],
    alert: [[`/alerts/${alert}`, '.summary']],
    silences: [
      ['/silences', '.silence'],
      ['/silences?tab=expired', '.empty'],
      ['/silences?tab=maintenance', '.silence'],
    ],
    members: [['/admin/members', 'table']],
    tokens: [['/admin/tokens', 'table']],
    audit: [['/admin/audit', 'table']],
    retention: [['/admin/retention', 'table']],
    logs: [['/logs', LOG]],
    settings: [['/settings', 'table']],
    'set-password': [['/set-password', 'form']],
    nowhere: [['/nowhere', '.empty']],
  }
  return views[page].map(([path, shows]) => ({ path, shows }))
}

/** Opens a page and waits until it has all its data: what it shows is there, and nothing is loading. */
export async function openWhole(page: Page, url: string, { path, shows }: Address): Promise<void> {
  const pending = new Set<Request>()
  const began = (request: Request) => {
    if (!/\/stream\b|\/chunks\//.test(request.url())) pending.add(request)
  }
  const ended = (request: Request) => pending.delete(request)
  page.on('request', began).on('requestfinished', ended).on('requestfailed', ended)
  await page.goto(url + path)
  await page.locator(shows).first().waitFor()
  do {
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null)
    await painted(page)
  } while (pending.size > 0)
  page.off('request', began).off('requestfinished', ended).off('requestfailed', ended)
}
