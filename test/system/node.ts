import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../src/base/root'
import { type Ending, startProgram } from '../support/programs'

export type NodeRole = 'all' | 'web' | 'worker'

/** A response with its body: JSON parsed, anything else as text. */
export interface NodeResponse<Body> {
  status: number
  headers: Headers
  body: Body
}

/** A real Tailrace process. */
export interface Node {
  role: NodeRole
  url: string
  pid: number
  /** Sent with every request. */
  headers: Record<string, string>
  /** Everything it has printed so far. */
  output(): string
  get<Body>(path: string): Promise<NodeResponse<Body>>
  post<Body>(path: string, body: unknown, headers?: Record<string, string>): Promise<NodeResponse<Body>>
  /** With another method, and a body if there is one. */
  send<Body>(method: 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<NodeResponse<Body>>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Sends SIGTERM; resolves with how the process ended. */
  stop(): Promise<Ending>
  isRunning(): boolean
}

/** Starts `dist/src/main.js` (built by `npm test`); resolves when it listens. */
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
  const url = await listeningUrl(program.process.stdout, program.ended)
  const headers = { authorization: `Bearer ${token}` }
  return {
    role,
    url,
    pid: program.pid,
    headers,
    output: () => output,
    get: path => readResponse(fetch(url + path, { headers })),
    post: (path, body, more = {}) =>
      readResponse(
        fetch(url + path, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json', ...more },
          body: JSON.stringify(body),
        }),
      ),
    send: (method, path, body) =>
      readResponse(
        fetch(url + path, {
          method,
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body) ?? null,
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

/** The URL from the log line that says the process is listening; other lines may come before it. */
function listeningUrl(stdout: NodeJS.ReadableStream | null, ended: Promise<Ending>): Promise<string> {
  return new Promise((resolve, reject) => {
    if (stdout)
      createInterface(stdout).on('line', line => {
        if (!line.startsWith('{')) return
        const { url, role } = JSON.parse(line) as { url?: string; role?: string }
        if (url && role) resolve(url)
      })
    ended.then(
      ({ code, signal, stderr }) => reject(new Error(`The process ended with ${code ?? signal}: ${stderr}`)),
      reject,
    )
  })
}

async function readResponse<Body>(pending: Promise<Response>): Promise<NodeResponse<Body>> {
  const response = await pending
  const text = await response.text()
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

/** The sum of a process's metric over all label sets that contain `labels`. */
export async function metricOf(node: Node, name: string, labels: Record<string, string> = {}): Promise<number> {
  const { body } = await node.get<string>('/metrics')
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  return body
    .split('\n')
    .filter(line => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter(line => wanted.every(text => line.includes(text)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
