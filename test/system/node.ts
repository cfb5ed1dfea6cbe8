import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../src/base/root'
import { type Ending, startProgram } from '../support/programs'

export type NodeRole = 'all' | 'web' | 'worker'

/** An answer with its body read: JSON as a value, anything else as text. */
export interface Answer<Body> {
  status: number
  headers: Headers
  body: Body
}

/** One real process of Tailrace. */
export interface Node {
  role: NodeRole
  url: string
  pid: number
  /** Sent with every request. */
  headers: Record<string, string>
  /** Everything it has printed so far. */
  output(): string
  get<Body>(path: string): Promise<Answer<Body>>
  post<Body>(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer<Body>>
  /** `kill -9`. */
  kill(): Promise<void>
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<Ending>
  isRunning(): boolean
}

/** Starts `dist/src/main.js`, which `npm test` has built; resolves when it serves. */
export async function startNode(role: NodeRole, token: string, env: Record<string, string>): Promise<Node> {
  const program = startProgram(
    [process.execPath, join(ROOT, 'dist/src/main.js')],
    { TAILRACE_ROLE: role, TAILRACE_ADMIN_TOKEN: token, PORT: '0', ...env },
    { cwd: ROOT },
  )
  let output = ''
  let running = true
  program.ended.finally(() => {
    running = false
  })
  for (const stream of [program.process.stdout, program.process.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const url = await readyLine(program.process.stdout, program.ended)
  const headers = { authorization: `Bearer ${token}` }
  return {
    role,
    url,
    pid: program.pid,
    headers,
    output: () => output,
    get: path => answerOf(fetch(url + path, { headers })),
    post: (path, body, more = {}) =>
      answerOf(
        fetch(url + path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', ...more },
          body: JSON.stringify(body),
        }),
      ),
    kill: async () => {
      program.process.kill('SIGKILL')
      await program.ended
    },
    stop: () => {
      program.process.kill('SIGTERM')
      return program.ended
    },
    isRunning: () => running,
  }
}

/** The address in the line of the log that says that it serves; other lines may come before it. */
function readyLine(stdout: NodeJS.ReadableStream | null, ended: Promise<Ending>): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stdout)
      createInterface(stdout).on('line', line => {
        if (!line.startsWith('{')) return
        const { url, role } = JSON.parse(line) as { url?: string; role?: string }
        if (url && role) resolve(url)
      })
    ended.then(({ code, signal, stderr }) => reject(new Error(`It ended with ${code ?? signal}: ${stderr}`)), reject)
  })
}

async function answerOf<Body>(asked: Promise<Response>): Promise<Answer<Body>> {
  const response = await asked
  const text = await response.text()
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** The sum of a metric of a process over all its label sets that hold `labels`. */
export async function metricOf(node: Node, name: string, labels: Record<string, string> = {}): Promise<number> {
  const { body } = await node.get<string>('/metrics')
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return body
    .split('\n')
    .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter(line => wanted.every(text => line.includes(text)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
