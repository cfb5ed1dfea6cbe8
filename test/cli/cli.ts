import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
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
  /** Resolves when what was printed so far fits; fails when the command ends before. */
  says(pattern: RegExp, where?: 'stdout' | 'stderr'): Promise<void>
}

type Env = Record<string, string | undefined>

interface Settings {
  env?: Env
  input?: string | Buffer
  /** Who runs it; another one than this process's own only as root. */
  user?: { uid?: number; gid?: number }
}

/**
 * The command line as a program of its own in a folder of its own, so that neither `dist` nor the data of this clone
 * nor the home of whoever runs the tests plays a part.
 */
export class CommandLine {
  private constructor(
    /** Stands for the clone: the program is in dist/cli, its data would be in .data. */
    readonly folder: string,
    /** In every command's environment. */
    readonly env: Env,
  ) {}

  static async install(env: Env = {}): Promise<CommandLine> {
    const folder = await mkdtemp(join(tmpdir(), 'tailrace-cli-'))
    const options = ['--bundle', '--platform=node', '--format=cjs', `--outfile=${folder}/dist/cli/main.js`]
    await promisify(execFile)(join(ROOT, 'node_modules/.bin/esbuild'), [join(ROOT, 'cli/main.ts'), ...options])
    return new CommandLine(folder, { PATH: process.env.PATH ?? '', HOME: join(folder, 'home'), ...env })
  }

  get program() {
    return join(this.folder, 'dist/cli/main.js')
  }

  start(args: string[], env: Env = {}, user: Settings['user'] = {}): Running {
    const child = spawn(process.execPath, [this.program, ...args], { ...user, env: { ...this.env, ...env } })
    const said = { stdout: '', stderr: '' }
    const waiting = new Set<() => void>()
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', text => {
        said[name] += text
        for (const check of waiting) check()
      })
    const ended = new Promise<Result>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', code => resolve({ code, ...said }))
    })
    const says = (pattern: RegExp, where: 'stdout' | 'stderr' = 'stdout') =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if (!pattern.test(said[where])) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
        ended.then(result => reject(new Error(`It never said ${pattern}: ${JSON.stringify(result)}`)), reject)
      })
    return { process: child, ended, says }
  }

  /** Runs a command to its end. */
  run(args: string[], { env, input = '', user }: Settings = {}): Promise<Result> {
    const { process: child, ended } = this.start(args, env, user)
    child.stdin.on('error', () => undefined) // a command that needs no input may be gone
    child.stdin.end(input)
    return ended
  }

  remove() {
    return rm(this.folder, { recursive: true, force: true })
  }
}

/** Every line as the object that it must be. */
export const objectsIn = (text: string): Record<string, unknown>[] =>
  text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line))

/** An input of kind `demo` with one step, as one argument. */
export const demo = (step: Record<string, unknown>) => JSON.stringify({ steps: [{ name: 'pump', ...step }] })
