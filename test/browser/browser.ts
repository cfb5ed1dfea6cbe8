import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ROOT } from '../../src/base/root'
import { appsOnFreshParts, type TestApp } from '../support/app'

export const EXECUTABLE: string = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Arguments that keep Chromium from contacting its vendor's servers. */
export const BROWSER_ARGS: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** `describe`, or `describe.skip` with a message if there is no browser. */
export const describeInBrowser: typeof describe.skip = existsSync(EXECUTABLE) ? describe : skipped()

function skipped() {
  process.stderr.write(
    `Browser tests are skipped: ${EXECUTABLE} does not exist. Install Chromium or set CHROMIUM_PATH.\n`,
  )
  return describe.skip
}

/** How long things may take on a busy machine before a test counts them as never happening. */
const WAIT_MS_MAX = 60_000
jest.setTimeout(3 * WAIT_MS_MAX)

export async function buildPages(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
}

/** Builds the pages and launches a headless browser. */
export async function startBrowser(): Promise<Browser> {
  await buildPages()
  return chromium.launch({ executablePath: EXECUTABLE, args: BROWSER_ARGS })
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

/** A browser context with one page, whose errors and requests to other origins are recorded. */
export interface Visitor {
  context: BrowserContext
  page: Page
  /** Errors of the page, including violations of the content security policy. */
  errors: string[]
  /** URLs that the page requested from other origins. */
  foreign: string[]
}

export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(WAIT_MS_MAX)
  const page = await context.newPage()
  const errors: string[] = []
  const foreign: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  page.on('console', message => {
    // Chromium logs interrupted streams as failed resources; tests check how the page handles them.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) errors.push(message.text())
  })
  page.on('request', request => {
    if (
      !request
        .url()
        .replace(/^blob:/, '')
        .startsWith(url)
    )
      foreign.push(request.url())
  })
  return { context, page, errors, foreign }
}

let previousSignIn: Promise<unknown> = Promise.resolve()

/** Signs in by a one-time link and opens a page. One visitor at a time, because a new link replaces an unused one. */
export async function signIn(visitor: Visitor, app: TestApp, path = '/queue'): Promise<void> {
  const signedIn = previousSignIn.then(() => openLink(visitor, app))
  previousSignIn = signedIn.catch(() => undefined)
  await signedIn
  await visitor.page.goto(app.url + path)
}

async function openLink({ page }: Visitor, { app, url }: TestApp) {
  await page.goto(await app.access.createSignInLink(url))
  await page.waitForURL(at => !at.pathname.startsWith('/sign-in'))
}

/** Gives a reason in the open dialog and confirms it. */
export async function confirm(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Reason').fill(reason)
  await dialog.locator('button[type="submit"]').click()
  await dialog.waitFor({ state: 'detached' })
}
