import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { ROOT } from '../../src/config'
import { identify } from '../../src/embedded/process-table'

/** How a process ended. */
export interface Ending {
  code: number | null
  signal: NodeJS.Signals | null
  stderr: string
}

/** A real process of a test. */
export interface Program {
  pid: number
  process: ChildProcess
  /** The first JSON object on stdout that is not a log line; rejects if the process exits before. */
  ready: Promise<Record<string, string>>
  ended: Promise<Ending>
}

/**
 * Bundles a TypeScript file of the tests into one executable file.
 * @param source path relative to the project's folder
 * @returns path of the result
 */
export async function compileProgram(source: string): Promise<string> {
  const result = join(ROOT, 'dist', source.replace(/\.ts$/, '.js'))
  const options = ['--bundle', '--platform=node', '--packages=external', '--format=cjs', `--outfile=${result}`]
  await promisify(execFile)(join(ROOT, 'node_modules/.bin/esbuild'), [join(ROOT, source), ...options])
  return result
}

/** Starts `command` with only `env` and PATH in its environment. */
export function startProgram(
  command: [string, ...string[]],
  env: Record<string, string>,
  options: { cwd?: string; uid?: number; gid?: number } = {},
): Program {
  const [file, ...args] = command
  const child = spawn(file, args, {
    ...options,
    env: { PATH: process.env.PATH, CONTRACT_CHECK_FILE: process.env.CONTRACT_CHECK_FILE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    stderr += text
  })
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve({ code, signal, stderr }))
  })
  const ready = firstObject(child, ended)
  ready.catch(() => undefined) // a test that expects a failed start uses `ended`
  return { pid: child.pid ?? 0, process: child, ready, ended }
}

function firstObject(child: ChildProcess, ended: Promise<Ending>): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    if (child.stdout)
      createInterface(child.stdout).on('line', line => {
        if (!line.startsWith('{')) return
        const said = JSON.parse(line)
        if ('url' in said || !('level' in said)) resolve(said)
      })
    ended.then(({ code, signal, stderr }) => reject(new Error(`It ended with ${code ?? signal}: ${stderr}`)), reject)
  })
}

/** A killed process whose parent does not wait for it, as in a container without an init. */
export interface Zombie {
  pid: number
  /** Identity it had while it ran. */
  identity: string
  /** Ends the parent, so that the zombie is reaped. */
  release(): void
}

export async function makeZombie(): Promise<Zombie> {
  const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const [first] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const pid = Number(first)
  const identity = JSON.stringify(await identify(pid))
  process.kill(pid, 'SIGKILL')
  await eventually(async () => /\) Z /.test(await readFile(`/proc/${pid}/stat`, 'utf8')), 'it is a zombie')
  return { pid, identity, release: () => parent.kill('SIGKILL') }
}

/**
 * Suspends a server with all its child processes, the server first, so that it starts no others in the meantime.
 * @returns a function that resumes them
 */
export async function freeze(pid: number): Promise<() => void> {
  process.kill(pid, 'SIGSTOP')
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  const pids = [...children.trim().split(/\s+/).map(Number), pid]
  for (const each of pids) process.kill(each, 'SIGSTOP')
  return () => {
    for (const each of pids) process.kill(each, 'SIGCONT')
  }
}

/** Only for what never happens: the slowest machine takes less. */
const LIMIT_MS = 240_000

/** Polls for something without an event, such as the end of a process that is not our child. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const startedAt = Date.now()
  while (!(await condition())) {
    if (Date.now() > startedAt + LIMIT_MS) throw new Error(`Never happened: ${what}`)
    await beforeNextLook(startedAt)
  }
}

/** Looks become less frequent the longer something takes, because each of them slows down what is waited for. */
export function beforeNextLook(startedAt: number): Promise<void> {
  const ms = Math.min(100, Math.max(20, (Date.now() - startedAt) / 10))
  return new Promise(resolve => setTimeout(resolve, ms))
}
