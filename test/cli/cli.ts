import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../../src/base/root'

export interface Result {
  code: number | null
  stdout: string
  stderr: string
}

/** A running command. */
export interface Running {
  process: ChildProcessWithoutNullStreams
  ended: Promise<Result>
  /** Resolves when the output so far matches; rejects if the command ends first. */
  says(pattern: RegExp, where?: 'stdout' | 'stderr'): Promise<void>
}

type Env = Record<string, string | undefined>

interface Settings {
  env?: Env
  input?: string | Buffer
  /** The user that runs the command. Changing it requires root. */
  user?: { uid?: number; gid?: number }
}

let bundled: Promise<{ stdout: string }> | undefined

/** The command line as one file. */
async function bundle(): Promise<string> {
  const args = [join(ROOT, 'cli/main.ts'), '--bundle', '--platform=node', '--format=cjs']
  bundled ??= promisify(execFile)(join(ROOT, 'node_modules/.bin/esbuild'), args, { maxBuffer: 2 ** 26 })
  return (await bundled).stdout
}

/** The command line, installed in its own folder, so that neither this clone nor the user's home affects the tests. */
export class CommandLine {
  private constructor(
    /** Laid out like a clone: the program is in dist/cli, and data would be in .data. */
    readonly folder: string,
    /** The environment of every command. */
    readonly env: Env,
  ) {}

  static async install(env: Env = {}): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'tailrace-cli-'))
    const command = new CommandLine(folder, { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), ...env })
    await mkdir(join(folder, 'dist/cli'), { recursive: true })
    await writeFile(command.program, await bundle())
    return command
  }

  get program() {
    return join(this.folder, 'dist/cli/main.js')
  }

  start(args: string[], env: Env = {}, user: Settings['user'] = {}): Running {
    const child = spawn(process.execPath, [this.program, ...args], { ...user, env: { ...this.env, ...env } })
    const output = { stdout: '', stderr: '' }
    const waiters = new Set<() => void>()
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', text => {
        output[name] += text
        for (const check of waiters) check()
      })
    const ended = new Promise<Result>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => resolve({ code, ...output }))
    })
    const says = (pattern: RegExp, where: 'stdout' | 'stderr' = 'stdout') =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (!pattern.test(output[where])) return
          waiters.delete(check)
          resolve()
        }
        waiters.add(check)
        check()
        ended.then(
          result => reject(new Error(`The command ended without printing ${pattern}: ${JSON.stringify(result)}`)),
          reject,
        )
      })
    return { process: child, ended, says }
  }

  /** Runs a command to its end. */
  run(args: string[], { env, input = '', user }: Settings = {}): Promise<Result> {
    const { process: child, ended } = this.start(args, env, user)
    child.stdin.on('error', () => undefined) // a command that reads no input may have ended
    child.stdin.end(input)
    return ended
  }

  remove() {
    return rm(this.folder, { recursive: true, force: true })
  }
}

/** Parses output with one JSON object per line. */
export const objectsIn = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

/** The input of a `demo` job with one step, as an argument. */
export const demo = (step: Record<string, unknown>) => JSON.stringify({ steps: [{ name: 'pump', ...step }] })
