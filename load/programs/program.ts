import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
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
  env?: Record<string, string>
  nodeOptions?: string[]
}

const running = new Set<ChildProcess>()
const OUTPUT_LINES_MAX = 20

/**
 * Starts a program of dist/.
 * @param file path in dist, without `.js`
 */
export function startProgram<Q extends Questions>(file: string, { env = {}, nodeOptions = [] }: Options = {}) {
  const child = fork(join(ROOT, 'dist', `${file}.js`), [], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    execArgv: ['--enable-source-maps', ...nodeOptions],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  running.add(child)
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child)
    return code as number | null
  })
  const lines = watchOutput(child)
  return {
    pid: child.pid ?? 0,
    ask: asker(child, file, ended, lines),
    printed: key => whenPrinted(child, key, file, ended, lines),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  } as Program<Q>
}

/** Stops all programs that are still running, also after a failure. */
export async function stopPrograms() {
  const all = [...running]
  for (const child of all) child.kill('SIGTERM')
  const force = setTimeout(() => {
    for (const child of all) child.kill('SIGKILL')
  }, 15_000)
  await Promise.all(all.filter(child => child.exitCode === null).map(child => once(child, 'close')))
  clearTimeout(force)
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
  return (name: string, args: unknown) =>
    new Promise((resolve, reject) => {
      const no = ++asked
      open.set(no, { resolve, reject })
      child.send({ no, name, args }, error => error && reject(failure(file, child.exitCode, lines)))
    })
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
