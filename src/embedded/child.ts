import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'

/** A system user by number; undefined means the user of this program. */
export interface SystemUser {
  uid: number
  gid: number
}

/** A server program that this program starts and owns. */
export interface ServerCommand {
  /** For people: `Redis`, `PostgreSQL`. */
  name: string
  file: string
  /** The name it is told it was called by; its file name unless given. */
  calledAs?: string
  args: string[]
  user?: SystemUser
  /** What it prints when it takes connections. */
  ready: RegExp
  stopSignal: 'SIGTERM' | 'SIGINT'
  log: Log
}

/** A running server program. */
export interface Child {
  pid: number
  /** Resolves with a description of how it ended. */
  exited: Promise<string>
  /** Orderly end; after 20 s by force. */
  stop(): Promise<void>
  /** `kill -9`: what a crash looks like. */
  kill(): Promise<void>
}

/** Our own environment holds secrets, and PGDATA or LC_* would bend what the servers do. */
export const CHILD_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }
const READY_MS = 120_000
const STOP_MS = 20_000
const LINES_KEPT = 12
/**
 * Waits until the pipe from this program is closed, however this program ended, and then ends the server.
 * An orderly stop ends the watcher first.
 */
const WATCHER = `read -r _
kill -s "$2" "$1" || exit 0
left=20
while [ $left -gt 0 ] && kill -0 "$1"; do sleep 1; left=$((left - 1)); done
kill -s KILL "$1"`

/**
 * Starts a server program and resolves when it takes connections. It gets a process group of its own, so that
 * Ctrl-C in a terminal does not end it before this program has flushed, and ends when this program is gone.
 * @throws StartError with the last lines it printed
 */
export async function startChild({
  name,
  file,
  calledAs = file,
  args,
  user,
  ready,
  stopSignal,
  log,
}: ServerCommand): Promise<Child> {
  const server = spawn(file, args, {
    ...user,
    argv0: calledAs,
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = endOf(server)
  const { pid } = server
  if (pid === undefined) throw new StartError(`${name} cannot be started: ${await exited}`)
  const watcher = watch(pid, stopSignal)
  void exited.then(() => watcher.kill('SIGKILL'))
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal)
    const force = setTimeout(() => server.kill('SIGKILL'), STOP_MS)
    await exited
    clearTimeout(force)
  }
  await whenReady({ name, server, exited, ready, log }).catch(async error => {
    await end('SIGKILL')
    throw error
  })
  return {
    pid,
    exited,
    stop: () => end(stopSignal),
    kill: () => end('SIGKILL'),
  }
}

function endOf(server: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    server.once('error', error => resolve(error.message))
    server.once('close', (code, signal) => resolve(signal ? `ended by ${signal}` : `ended with exit code ${code}`))
  })
}

function watch(pid: number, signal: 'SIGTERM' | 'SIGINT'): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'watcher', String(pid), signal.slice('SIG'.length)], {
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined) // without a shell there is no watcher; the next start finds the server
  watcher.stdin?.on('error', () => undefined)
  return watcher
}

interface Starting {
  name: string
  server: ChildProcess
  exited: Promise<string>
  ready: RegExp
  log: Log
}

async function whenReady({ name, server, exited, ready, log }: Starting): Promise<void> {
  const last: string[] = []
  const up = new Promise<string>(resolve => {
    for (const output of [server.stdout, server.stderr]) {
      if (!output) continue
      createInterface(output).on('line', line => {
        log.debug(line, { source: name })
        last.push(line)
        if (last.length > LINES_KEPT) last.shift()
        if (ready.test(line)) resolve('ready')
      })
    }
  })
  const timer = new AbortController()
  const late = new Promise<string>(resolve => {
    const timeout = setTimeout(resolve, READY_MS, `took longer than ${READY_MS / 1000} s to start`)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  const outcome = await Promise.race([up, exited, late])
  timer.abort()
  if (outcome !== 'ready')
    throw new StartError(`${name} could not start: it ${outcome}. It said:\n  ${last.join('\n  ')}`)
}

/** Runs a program to its end. @returns its exit code and all that it printed */
export async function run(
  file: string,
  args: string[],
  { user, calledAs = file }: { user?: SystemUser; calledAs?: string } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, {
    ...user,
    argv0: calledAs,
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text))
  try {
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, output }
  } catch (error) {
    return { code: null, output: messageOf(error) }
  }
}
