import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { BROWSER_ARGS, EXECUTABLE } from '../support/chromium'
import { eventually } from '../support/programs'

/** A real browser tab. In Playwright, every page is visible and none is ever frozen. */
export interface RealTab {
  goto(url: string): Promise<void>
  /** The value of an expression in the page; undefined while the page is being replaced. */
  read(expression: string): Promise<unknown>
  /** Resolves when an expression holds. */
  until(expression: string): Promise<void>
  /** Brings the tab to the front, which hides all others. */
  show(): Promise<void>
  /** Freezes the tab, as browsers do with tabs that were hidden for some minutes. */
  freeze(): Promise<void>
  close(): Promise<void>
}

interface Answer {
  id?: number
  result?: Record<string, unknown>
  error?: { message: string }
}

/** Starts a headless Chromium without Playwright's emulation. */
export async function startRealTabs() {
  const profile = await mkdtemp(join(tmpdir(), 'tailrace-tabs-'))
  const args = [
    ...BROWSER_ARGS,
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    'about:blank',
  ]
  const child = spawn(EXECUTABLE, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const exited = new Promise(resolve => child.once('exit', resolve))
  const address = await new Promise<string>(resolve => {
    let output = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output += text
      const found = /ws:\/\/\S+/.exec(output)
      if (found) resolve(found[0])
    })
  })
  const send = await connect(address)
  return {
    open: () => openTab(send),
    async stop() {
      await send('Browser.close')
      await exited
      await rm(profile, { recursive: true, force: true })
    },
  }
}

type Send = (method: string, params?: object, sessionId?: string) => Promise<Record<string, unknown>>

/** Commands of the Chrome DevTools Protocol. */
async function connect(address: string): Promise<Send> {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  const pending = new Map<number, (answer: Answer) => void>()
  socket.on('message', data => {
    const answer = JSON.parse(String(data)) as Answer
    pending.get(answer.id ?? 0)?.(answer)
  })
  let last = 0
  return (method, params = {}, sessionId) =>
    new Promise((resolve, reject) => {
      pending.set(++last, ({ result = {}, error }) => (error ? reject(new Error(error.message)) : resolve(result)))
      socket.send(JSON.stringify({ id: last, method, params, sessionId }))
    })
}

async function openTab(send: Send): Promise<RealTab> {
  const { targetId } = await send('Target.createTarget', { url: 'about:blank' })
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
  const command = (method: string, params?: object) => send(method, params, String(sessionId))
  const read = async (expression: string) => {
    const { result } = await command('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
    return (result as { value?: unknown } | undefined)?.value
  }
  return {
    read,
    until: expression => eventually(async () => Boolean(await read(expression).catch(() => false)), expression),
    async goto(url) {
      await command('Page.navigate', { url })
    },
    async show() {
      await send('Target.activateTarget', { targetId })
    },
    async freeze() {
      await command('Page.setWebLifecycleState', { state: 'frozen' })
    },
    async close() {
      await send('Target.closeTarget', { targetId })
    },
  }
}
