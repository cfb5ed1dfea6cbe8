import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import type { BrowserServer } from 'playwright-core'
import { ROOT } from '../../src/base/root'

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

export async function buildPages(): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs'], { cwd: ROOT })
}

/**
 * Answers every request with the address of one Chromium, which all test files of a run share because each takes
 * seconds to start. The first request builds the pages and launches it.
 */
export async function offerChromium() {
  let launched: Promise<BrowserServer> | undefined
  async function launch() {
    await buildPages()
    const { chromium } = await import('playwright-core') // only now: runs without browser tests need not load it
    const browser = await chromium.launchServer({
      executablePath: EXECUTABLE,
      args: BROWSER_ARGS,
      host: '127.0.0.1',
    })
    browser.on('close', () => (launched = undefined)) // after a crash, the next file gets another
    return browser
  }
  const server = createServer((_request, answer) => {
    launched ??= launch()
    launched.then(
      browser => answer.end(browser.wsEndpoint()),
      error => answer.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      const browser = await launched?.catch(() => undefined) // whoever asked for it has been told why
      await browser?.close()
    },
  }
}

export type ChromiumOffer = Awaited<ReturnType<typeof offerChromium>>
