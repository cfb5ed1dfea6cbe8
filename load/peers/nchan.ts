import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { childrenOf, cpuSecondsOf } from '../processes'
import { freePort } from './free-port'
import type { Peer } from './peer'

const PROGRAM = '/usr/sbin/nginx'
const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'
const PUBLISHERS = 16
const READY_TRIES = 200

/** Configured as its documentation recommends: a buffer that fits the run, two workers for two cores, no access log. */
const configuration = (folder: string, port: number, user: string) => `
load_module ${MODULE};
${user}
worker_processes 2;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  client_body_buffer_size 4m;
  client_max_body_size 16m;
  keepalive_requests 1000000;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location = /publish { nchan_publisher; nchan_channel_id load; nchan_message_buffer_length 200000; nchan_message_timeout 10m; }
    location = /stream { nchan_subscriber eventsource; nchan_channel_id load; nchan_subscriber_first_message newest; }
    location = /publish-frame { nchan_publisher; nchan_channel_id frames; nchan_message_buffer_length 2000; nchan_message_timeout 10m; }
    location = /frames { nchan_subscriber http-raw-stream; nchan_subscriber_http_raw_stream_separator ""; nchan_channel_id frames; nchan_subscriber_first_message newest; default_type text/event-stream; }
  }
}`

export interface Nchan {
  /** Given each line as a message. */
  perMessage: Peer
  /** Given whole frames of server-sent events, which it passes on byte for byte, in order. */
  perFrame: Peer
  /** CPU seconds that its workers have used so far. */
  cpuSeconds(): number
  stop(): Promise<void>
}

/** Starts nginx with nchan, the fastest comparable server in Debian; undefined if it is not installed. */
export async function startNchan(): Promise<Nchan | undefined> {
  if (!existsSync(PROGRAM) || !existsSync(MODULE)) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-nchan-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'logs'))
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  await writeFile(file, configuration(folder, port, process.getuid?.() === 0 ? 'user root;' : ''))
  const nginx = spawn(PROGRAM, ['-c', file, '-p', folder], { stdio: 'inherit' })
  const ended = once(nginx, 'exit')
  const endWithUs = () => {
    nginx.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', endWithUs)
  const agent = new Agent({ keepAlive: true, maxSockets: PUBLISHERS })
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    agent.destroy()
    nginx.kill('SIGTERM')
    await ended
    await rm(folder, { recursive: true, force: true })
    process.off('exit', endWithUs)
  }
  await untilReady(url, agent).catch(async error => {
    await stop()
    throw error
  })
  const peer = (path: string, to: string, publishers: number): Peer => ({
    ...{ url, path, stop },
    publish: messages => publishAll(url + to, agent, messages, publishers),
  })
  return {
    perMessage: peer('/stream', '/publish', PUBLISHERS),
    perFrame: peer('/frames', '/publish-frame', 1),
    cpuSeconds: () => childrenOf(nginx.pid ?? 0).reduce((sum, pid) => sum + cpuSecondsOf(pid), 0),
    stop,
  }
}

/** @param publishers keep-alive connections; with more than one, the order is not kept */
async function publishAll(url: string, agent: Agent, messages: string[], publishers: number) {
  let next = 0
  const one = async () => {
    while (next < messages.length) await post(url, agent, messages[next++] ?? '')
  }
  await Promise.all(Array.from({ length: publishers }, one))
}

function post(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Length': Buffer.byteLength(body), 'Content-Type': 'text/plain' }
    const sent = request(url, { method: 'POST', agent, headers }, response => {
      response.resume()
      const { statusCode = 0 } = response
      response.on('end', () => (statusCode < 300 ? resolve() : reject(new Error(`nchan answered ${statusCode}`))))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function untilReady(url: string, agent: Agent) {
  for (let i = 0; i < READY_TRIES; i++) {
    const ok = await post(`${url}/publish`, agent, 'ready').then(
      () => true,
      () => false,
    )
    if (ok) return
    await delay(25)
  }
  throw new Error('nginx did not start')
}
