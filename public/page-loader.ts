import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { PAGES, type PageName } from '../src/contract/pages'

type PageComponent = FunctionComponent<{ id: string }>

/** Loads the code of each page, when the page is opened or earlier, when the browser is idle. */
const LOADERS: Record<PageName, () => Promise<PageComponent>> = {
  'sign-in': () => import('./pages/sign-in-page').then(module => module.SignInPage),
  dashboard: () => import('./pages/dashboard-page').then(module => module.DashboardPage),
  queue: () => import('./pages/queue-page').then(module => module.QueuePage),
  job: () => import('./pages/job-page').then(module => module.JobPage),
  hosts: () => import('./pages/hosts-page').then(module => module.HostsPage),
  'saved-queries': () => import('./pages/saved-queries-page').then(module => module.SavedQueriesPage),
  packs: () => import('./pages/packs-page').then(module => module.PacksPage),
  labels: () => import('./pages/labels-page').then(module => module.LabelsPage),
  'enroll-secrets': () => import('./pages/enroll-secrets-page').then(module => module.EnrollSecretsPage),
  'add-host': () => import('./pages/add-host-page').then(module => module.AddHostPage),
  host: () => import('./pages/host-page').then(module => module.HostPage),
  queries: () => import('./pages/queries-page').then(module => module.QueriesPage),
  'new-query': () => import('./pages/new-query-page').then(module => module.NewQueryPage),
  query: () => import('./pages/query-page').then(module => module.QueryPage),
  logs: () => import('./pages/logs-page').then(module => module.LogsPage),
  retention: () => import('./pages/retention-page').then(module => module.RetentionPage),
  audit: () => import('./pages/audit-page').then(module => module.AuditPage),
  members: () => import('./pages/members-page').then(module => module.MembersPage),
  settings: () => import('./pages/settings-page').then(module => module.SettingsPage),
}

/** The pages whose code has been loaded. */
export const loadedPages = signal<ReadonlyMap<string, PageComponent>>(new Map())
/** The page whose code could not be loaded; `''` for none. */
export const failedPage = signal<PageName | ''>('')

/** Loads the code of a page unless it has been loaded already. */
export async function loadPage(name: PageName): Promise<void> {
  if (loadedPages.peek().has(name)) return
  try {
    const component = await LOADERS[name]()
    loadedPages.value = new Map(loadedPages.peek()).set(name, component)
  } catch {
    failedPage.value = name
  }
}

const IDLE_MS = 200
const whenIdle = () =>
  new Promise<void>(resolve => {
    // Safari has no requestIdleCallback
    if (typeof requestIdleCallback === 'function') requestIdleCallback(() => resolve())
    else setTimeout(resolve, IDLE_MS)
  })

/** Loads the code of all pages, one at a time and only while the browser is idle, so that they open without delay. */
export async function preloadPages(): Promise<void> {
  for (const { name } of PAGES) {
    await whenIdle()
    // A failure is ignored here: opening the page tries again and reports it.
    if (!loadedPages.peek().has(name)) await LOADERS[name]().catch(() => undefined)
  }
}
