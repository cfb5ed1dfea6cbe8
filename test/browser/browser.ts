import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { ROOT } from '../../src/base/root'
import type { TestApp } from '../support/app'

export const EXECUTABLE: string = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

/** Otherwise the browser asks its maker's servers for this and that. */
export const QUIET: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** `describe`, or one that is skipped and says why where there is no browser. */
export const describeInBrowser: typeof describe.skip = existsSync(EXECUTABLE) ? describe : skipped()

function skipped() {
  process.stderr.write(
    `Browser tests are skipped: ${EXECUTABLE} is not there. Install chromium or set CHROMIUM_PATH.\n`,
  )
  return describe.skip
}

export async function buildPages(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
}

/** A headless browser, with the pages built as they are now. */
export async function startBrowser(): Promise<Browser> {
  await buildPages()
  return chromium.launch({ executablePath: EXECUTABLE, args: QUIET })
}

/** A visitor of its own (cookies and all), whose page must not make errors. */
export interface Visitor {
  context: BrowserContext
  page: Page
  /** What the page complained of: errors, broken security policy. */
  complaints: string[]
  /** Addresses that the page asked outside of the server. */
  foreign: string[]
}

export async function visit(browser: Browser, url: string): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  const complaints: string[] = []
  const foreign: string[] = []
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('console', message => {
    // A stream that breaks is told as a failed resource; what the page makes of it is what is tested.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text())
  })
  page.on('request', request => {
    if (!request.url().startsWith(url)) foreign.push(request.url())
  })
  return { context, page, complaints, foreign }
}

let before: Promise<unknown> = Promise.resolve()

/** In by a one-time link, and on to a page. One visitor at a time: a new link takes the place of one that is not used yet. */
export async function signIn(visitor: Visitor, app: TestApp, path = '/queue'): Promise<void> {
  const signedIn = before.then(() => openLink(visitor, app))
  before = signedIn.catch(() => undefined)
  await signedIn
  await visitor.page.goto(app.url + path)
}

async function openLink({ page }: Visitor, { app, url }: TestApp) {
  await page.goto(await app.access.createSignInLink(url))
  await page.waitForURL(at => !at.pathname.startsWith('/sign-in'))
}
