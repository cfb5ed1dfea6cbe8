import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { appsOnFreshParts, type TestApp } from '../support/app'
import { EXECUTABLE } from '../support/chromium'

/** `describe`, or `describe.skip` with a message if there is no browser. */
export const describeInBrowser: typeof describe.skip = existsSync(EXECUTABLE) ? describe : skipped()

function skipped() {
  process.stderr.write(
    `Browser tests are skipped: ${EXECUTABLE} does not exist. Install Chromium or set CHROMIUM_PATH.\n`,
  )
  return describe.skip
}

/** How long things may take on a busy machine before a test counts them as never happening. */
const WAIT_MS_MAX = 180_000
jest.setTimeout(3 * WAIT_MS_MAX)

/** Connects to the browser of the run (test/support/chromium.ts). Closing it closes only what this file opened. */
async function startBrowser(): Promise<Browser> {
  const reply = await fetch(process.env.TEST_CHROMIUM_URL ?? '')
  const address = await reply.text()
  if (!reply.ok) throw new Error(address)
  return chromium.connect(address)
}

const stops: (() => Promise<unknown>)[] = []

// At the top level of the test file, so that it runs after the hooks of its tests.
afterAll(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

/** Stops something after the last test of the file, before whatever was started earlier. */
export const stopAtEnd = (stop: () => Promise<unknown>) => stops.push(stop)

/** A browser, and an app with a database and a Redis of its own. They stop after the last test of the file. */
export interface Stage {
  browser: Browser
  apps: Awaited<ReturnType<typeof appsOnFreshParts>>
  app: TestApp
}

/** @param env settings of the app */
export async function startStage(env?: Record<string, string>): Promise<Stage> {
  const [browser, apps] = await Promise.all([startBrowser(), appsOnFreshParts()])
  stopAtEnd(() => apps.stop())
  stopAtEnd(() => browser.close())
  return { browser, apps, app: await apps.start(env) }
}

/** A browser context with one page. Errors and requests to other origins are recorded for all of its pages. */
export interface Visitor {
  context: BrowserContext
  page: Page
  /** Errors of the pages, including violations of the content security policy. */
  errors: string[]
  /** URLs that the pages requested from other origins. */
  foreign: string[]
}

/** @param options `preloads` for pages that load the code of all others while they are idle, which costs a lot */
export async function visit(
  browser: Browser,
  url: string,
  { preloads = false, ...options }: BrowserContextOptions & { preloads?: boolean } = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce', // without a graphics card, animations keep the processor busy
    ...options,
  })
  context.setDefaultTimeout(WAIT_MS_MAX)
  if (!preloads) await context.addInitScript(neverIdle)
  const errors: string[] = []
  const foreign: string[] = []
  context.on('weberror', ({ error }) => void errors.push(String(error())))
  context.on('console', message => {
    // Chromium logs interrupted streams as failed resources; tests check how the page handles them.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) errors.push(message.text())
  })
  context.on('request', request => {
    if (
      !request
        .url()
        .replace(/^blob:/, '')
        .startsWith(url)
    )
      foreign.push(request.url())
  })
  return { context, page: await context.newPage(), errors, foreign }
}

/** Runs in the page: prevents preloading, so that only the code of opened pages is loaded. */
export const neverIdle = () => void Object.assign(globalThis, { requestIdleCallback: () => 0 })

/** Replaces the page of a visitor by a new one, with the same session, storage and cache. */
export async function openAnother(visitor: Visitor): Promise<Page> {
  const { page: previous } = visitor
  visitor.page = await visitor.context.newPage()
  await previous.close()
  return visitor.page
}

let previousSignIn: Promise<unknown> = Promise.resolve()

/**
 * Signs in with the code of a one-time link, and opens a page unless the path is left out. One visitor at a time,
 * because a new link replaces an unused one.
 */
export async function signIn(visitor: Visitor, app: TestApp, path?: string): Promise<void> {
  const signedIn = previousSignIn.then(() => sendCode(visitor, app))
  previousSignIn = signedIn.catch(() => undefined)
  await signedIn
  if (path !== undefined) await visitor.page.goto(app.url + path)
}

/** Without the page for it, which pages.test.ts tests: loading it takes as long as a short test. */
async function sendCode({ context }: Visitor, { app, url }: TestApp) {
  const code = new URL(await app.access.createSignInLink(url)).searchParams.get('code')
  const reply = await context.request.post(`${url}/api/session`, { data: { code }, headers: { origin: url } })
  if (!reply.ok()) throw new Error(await reply.text())
}

/** Resolves when the page has painted all that has changed until now. */
export const painted = (page: Page) =>
  page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))))

/** Gives a reason in the open dialog and confirms it. */
export async function confirm(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
}
