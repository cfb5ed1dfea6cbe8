import { type ChildProcess, fork } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from '../../src/base/root'
import type { Questions, Reply } from './questions'

/** A child process that answers questions. */
export interface Program<Q extends Questions> {
  pid: number
  ask<N extends keyof Q & string>(name: N, args: Parameters<Q[N]>[0]): Promise<Awaited<ReturnType<Q[N]>>>
  /** Waits for the first line on stdout that is a JSON object with this key. */
  printed(key: string): Promise<Record<string, string>>
  /** Sends SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>
  kill(): Promise<void>
}

interface Options {
  args?: string[]
  env?: Record<string, string>
  /** Instead of those for readable stack traces. */
  nodeOptions?: string[]
}

const running = new Set<ChildProcess>()
/** Programs that were told to end. */
const stopping = new WeakSet<ChildProcess>()
const OUTPUT_LINES_MAX = 20
/** The longest question takes a few minutes. */
const ANSWER_MS_MAX = 15 * 60_000
const STOP_MS_MAX = 15_000

/** Ends of programs that nobody has stopped. */
const failures = new EventEmitter()

/** Settles like `work`, or rejects as soon as a program ends that nobody has stopped. */
export async function whileProgramsRun<T>(work: Promise<T>): Promise<T> {
  const watch = new AbortController()
  const failed = once(failures, 'failure', { signal: watch.signal }).then(([error]) => Promise.reject(error))
  try {
    return await Promise.race([work, failed])
  } finally {
    watch.abort()
  }
}

/**
 * Starts a program of dist/.
 * @param file path in dist, without `.js`
 */
export function startProgram<Q extends Questions>(
  file: string,
  { args = [], env = {}, nodeOptions = ['--enable-source-maps'] }: Options = {},
) {
  const child = fork(join(ROOT, 'dist', `${file}.js`), args, {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    execArgv: nodeOptions,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  running.add(child)
  const lines = watchOutput(child)
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    if (!stopping.has(child)) failures.emit('failure', failure(file, code, lines))
    return code as number | null
  })
  return {
    pid: child.pid ?? 0,
    ask: asker(child, file, ended, lines),
    printed: key => whenPrinted(child, key, file, ended, lines),
    stop: () => {
      end(child)
      return ended
    },
    kill: async () => {
      stopping.add(child)
      child.kill('SIGKILL')
      await ended
    },
  } as Program<Q>
}

/** Stops all programs that are still running, also after a failure. */
export async function stopPrograms() {
  await Promise.all([...running].map(child => Promise.all([once(child, 'close'), end(child)])))
}

function end(child: ChildProcess) {
  stopping.add(child)
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX)
  child.once('close', () => clearTimeout(force))
}

/** Keeps the last lines for error messages. */
function watchOutput(child: ChildProcess): string[] {
  const kept: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    if (!output) continue
    createInterface(output).on('line', line => {
      kept.push(line.slice(0, 2_000))
      if (kept.length > OUTPUT_LINES_MAX) kept.shift()
    })
  }
  return kept
}

const failure = (file: string, code: number | null, lines: string[]) =>
  new Error(`${file} exited with ${code}. Its output:\n  ${lines.join('\n  ')}`)

function asker(child: ChildProcess, file: string, ended: Promise<number | null>, lines: string[]) {
  let asked = 0
  const open = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  child.on('message', ({ no, answer, error }: Reply) => {
    const waiting = open.get(no)
    open.delete(no)
    if (error) waiting?.reject(new Error(`${file}: ${error}`))
    else waiting?.resolve(answer)
  })
  void ended.then(code => {
    for (const { reject } of open.values()) reject(failure(file, code, lines))
  })
  return (name: string, args: unknown) => {
    let limit: NodeJS.Timeout | undefined
    const answered = new Promise((resolve, reject) => {
      const no = ++asked
      limit = setTimeout(() => reject(new Error(`${file} did not answer "${name}" in time`)), ANSWER_MS_MAX)
      open.set(no, { resolve, reject })
      child.send({ no, name, args }, error => error && reject(failure(file, child.exitCode, lines)))
    })
    return answered.finally(() => clearTimeout(limit))
  }
}

function whenPrinted(child: ChildProcess, key: string, file: string, ended: Promise<number | null>, lines: string[]) {
  return new Promise<Record<string, string>>((resolve, reject) => {
    if (child.stdout)
      createInterface(child.stdout).on('line', line => {
        if (!line.startsWith('{')) return
        const found = JSON.parse(line) as Record<string, string>
        if (key in found) resolve(found)
      })
    void ended.then(code => reject(failure(file, code, lines)))
  })
}
