import { signal } from '@preact/signals'
import type { FunctionComponent } from 'preact'
import { PAGES, type PageName } from '../src/contract/pages'
import { importAgain } from './import-again'
import { onReturn } from './outage'
import { loadDialogs } from './shell/open-dialog'

type PageComponent = FunctionComponent<{ id: string }>

/** Each page is the default export of a file named after it. Its code is loaded when it is opened, or earlier when the browser is idle. */
async function importPage(name: PageName): Promise<PageComponent> {
  const page = await importAgain(() => import(`./pages/${name}-page.tsx`) as Promise<{ default: PageComponent }>)
  return page.default
}

/** The pages whose code has been loaded. */
export const loadedPages = signal<ReadonlyMap<string, PageComponent>>(new Map())
/** The page whose code could not be loaded; `''` for none. */
export const failedPage = signal<PageName | ''>('')

onReturn(() => void loadPage(failedPage.peek()))

/** Loads the code of a page unless it has been loaded already. A failure is repaired once the server is back. */
export async function loadPage(name: PageName | ''): Promise<void> {
  if (name === '' || loadedPages.peek().has(name)) return
  try {
    const component = await importPage(name)
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

/** Long enough for the opened page to get its data, even over a slow connection. */
const PRELOAD_AFTER_MS = 2_000

const whenLoaded = () =>
  new Promise<void>(resolve => {
    const wait = () => setTimeout(resolve, PRELOAD_AFTER_MS)
    if (document.readyState === 'complete') wait()
    else addEventListener('load', wait, { once: true })
  })

/**
 * Loads the code of all dialogs and pages, one at a time and only while the browser is idle, so that they open without delay. Waits for
 * the opened page first, which would otherwise share a slow connection with pages that nobody has opened.
 */
export async function preloadPages(): Promise<void> {
  await whenLoaded()
  await whenIdle()
  await loadDialogs().catch(() => undefined) // reported when one is opened
  for (const { name } of PAGES) {
    await whenIdle()
    // A page that fails here is tried again, and reported, when it is opened.
    if (!loadedPages.peek().has(name)) await importPage(name).catch(() => undefined)
  }
}
