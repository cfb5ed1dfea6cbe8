import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'

/** A system user; undefined means the user this process runs as. */
export interface SystemUser {
  uid: number
  gid: number
}

/** A server to run as a child process. */
export interface ServerCommand {
  /** Display name: `Redis`, `PostgreSQL`. */
  name: string
  file: string
  /** Its `argv[0]`; default `file`. */
  argv0?: string
  args: string[]
  user?: SystemUser
  /** Matches the line it prints once it accepts connections. */
  ready: RegExp
  stopSignal: 'SIGTERM' | 'SIGINT'
  log: Log
}

/** A running server. */
export interface Child {
  pid: number
  /** Resolves with a description of how it ended. */
  exited: Promise<string>
  /** Shuts it down; kills it after 20 s. */
  stop(): Promise<void>
  /** `kill -9`, as in a crash. */
  kill(): Promise<void>
}

/** Not our own environment: it holds secrets, and PGDATA or LC_* would change how the servers behave. */
export const CHILD_ENVIRONMENT = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' }
const READY_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 20_000
const OUTPUT_LINES_MAX = 12
/**
 * Stops the server when the pipe from this process closes, however this process ended.
 * After a regular stop the watcher itself is killed.
 */
const WATCHER = `read -r _
kill -s "$2" "$1" || exit 0
left=20
while [ $left -gt 0 ] && kill -0 "$1"; do sleep 1; left=$((left - 1)); done
kill -s KILL "$1"`

/**
 * Starts a server and resolves when it accepts connections. It gets its own process group, so that Ctrl-C in a
 * terminal does not stop it before this process has flushed, and it stops when this process is gone.
 * @throws StartError with the last lines it printed
 */
export async function startChild({
  name,
  file,
  argv0 = file,
  args,
  user,
  ready,
  stopSignal,
  log,
}: ServerCommand): Promise<Child> {
  const server = spawn(file, args, {
    ...user,
    argv0,
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = exitOf(server)
  const { pid } = server
  if (pid === undefined) throw new StartError(`${name} cannot be started: ${await exited}`)
  const watcher = watch(pid, stopSignal)
  void exited.then(() => watcher.kill('SIGKILL'))
  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal)
    const force = setTimeout(() => server.kill('SIGKILL'), STOP_TIMEOUT_MS)
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

function exitOf(server: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    server.once('error', error => resolve(error.message))
    server.once('close', (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`))
  })
}

function watch(pid: number, signal: 'SIGTERM' | 'SIGINT'): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', WATCHER, 'watcher', String(pid), signal.slice('SIG'.length)], {
    cwd: '/',
    env: CHILD_ENVIRONMENT,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => undefined) // without a shell there is no watcher; the next start stops the server
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
  const output: string[] = []
  const up = new Promise<string>(resolve => {
    for (const stream of [server.stdout, server.stderr]) {
      if (!stream) continue
      createInterface(stream).on('line', line => {
        log.debug(line, { source: name })
        output.push(line)
        if (output.length > OUTPUT_LINES_MAX) output.shift()
        if (ready.test(line)) resolve('ready')
      })
    }
  })
  const timer = new AbortController()
  const timedOut = new Promise<string>(resolve => {
    const timeout = setTimeout(resolve, READY_TIMEOUT_MS, `was not ready after ${READY_TIMEOUT_MS / 1000} s`)
    timer.signal.addEventListener('abort', () => clearTimeout(timeout))
  })
  const outcome = await Promise.race([up, exited, timedOut])
  timer.abort()
  if (outcome !== 'ready')
    throw new StartError(`${name} failed to start: it ${outcome}. Its output:\n  ${output.join('\n  ')}`)
}

/** Runs a program until it exits. @returns its exit code and output */
export async function run(
  file: string,
  args: string[],
  { user, argv0 = file }: { user?: SystemUser; argv0?: string } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, {
    ...user,
    argv0,
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
