import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../src/base/root'
import { eventually } from '../support/programs'
import { programOf } from './programs'

/** How long the snippets wait for Tailrace; longer than agents' reads are held. */
const PATIENCE = '65s'

interface Place {
  folder: string
  port: number
  /** Host and port behind the proxy. */
  upstream: string
  patience: string
}

interface Kind {
  snippet: string
  args(folder: string): string[]
  /** The snippet, changed only in its addresses and, if the test needs a timeout, its timeouts. */
  configure(text: string, place: Place): string
}

const NGINX_FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

const KINDS = {
  nginx: {
    snippet: 'nginx.conf',
    args: folder => ['-c', join(folder, 'config'), '-p', folder],
    configure(text, { folder, port, upstream, patience }) {
      const server = text
        .replace('server 127.0.0.1:8080;', `server ${upstream};`)
        .replace('listen 80;', `listen 127.0.0.1:${port};`)
        .replace(`proxy_read_timeout ${PATIENCE}`, `proxy_read_timeout ${patience}`)
      const user = process.getuid?.() === 0 ? 'user root;' : ''
      const temporary = NGINX_FOLDERS.map(name => `${name}_temp_path ${folder}/${name};`).join(' ')
      return `${user} daemon off; pid ${folder}/pid; error_log ${folder}/error.log;
events { } http { access_log off; ${temporary}\n${server}\n}`
    },
  },
  caddy: {
    snippet: 'Caddyfile',
    args: folder => ['run', '--config', join(folder, 'config'), '--adapter', 'caddyfile'],
    configure: (text, { port, upstream, patience }) =>
      `{\n\tadmin off\n}\n${text
        .replace('\ntailrace.example {', `\nhttp://127.0.0.1:${port} {`)
        .replace('reverse_proxy 127.0.0.1:8080', `reverse_proxy ${upstream}`)
        .replace(`response_header_timeout ${PATIENCE}`, `response_header_timeout ${patience}`)}`,
  },
  haproxy: {
    snippet: 'haproxy.cfg',
    args: folder => ['-db', '-f', join(folder, 'config')],
    configure: (text, { port, upstream, patience }) =>
      text
        .replace('bind :80 ', `bind 127.0.0.1:${port} `)
        .replaceAll('server web1 127.0.0.1:8080', `server web1 ${upstream}`)
        .replace(`timeout server ${PATIENCE}`, `timeout server ${patience}`),
  },
} satisfies Record<string, Kind>

export type ProxyName = keyof typeof KINDS
export const PROXIES = Object.keys(KINDS) as ProxyName[]

export interface RunningProxy {
  url: string
  folder: string
  stop(): Promise<void>
}

/**
 * Starts the real proxy with the shipped snippet.
 * @param upstream host and port behind the proxy
 */
export async function startProxy(name: ProxyName, upstream: string, patience = PATIENCE): Promise<RunningProxy> {
  const kind: Kind = KINDS[name]
  const program = programOf(name, name)
  if (!program) throw new Error(`${name} is not there`)
  const folder = await mkdtemp(join(tmpdir(), `tailrace-${name}-`))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'logs'))
  const port = await freePort()
  const text = readFileSync(join(ROOT, 'deploy', kind.snippet), 'utf8')
  await writeFile(join(folder, 'config'), kind.configure(text, { folder, port, upstream, patience }))
  const env = { PATH: process.env.PATH ?? '', HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  const child = spawn(program, kind.args(folder), { stdio: ['ignore', 'ignore', 'pipe'], env })
  let said = ''
  child.stderr.on('data', chunk => {
    said = (said + chunk).slice(-2_000)
  })
  const ended = once(child, 'exit')
  const url = `http://127.0.0.1:${port}`
  const answers = () => {
    if (child.exitCode !== null) throw new Error(`${name} has ended: ${said}`)
    return fetch(`${url}/healthz`).then(
      () => true,
      () => false,
    )
  }
  await eventually(answers, `${name} answers`)
  return {
    url,
    folder,
    async stop() {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}
