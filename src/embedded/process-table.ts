import { readFile } from 'node:fs/promises'
import { run } from './child'

/** A process number alone says little: numbers are given out again. */
export interface Identity {
  pid: number
  /** When it started, in whatever unit the system tells; undefined when it cannot be told. */
  started: string | undefined
}

/** Who has this number now; undefined when nobody has. */
export async function identify(pid: number): Promise<Identity | undefined> {
  if (!isAlive(pid)) return undefined
  return { pid, started: (await startOf(pid)) || undefined }
}

/** The command line of a process, empty when it is gone or cannot be read. */
export async function commandOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  return line?.replaceAll('\0', ' ') ?? (await ask('command=', pid))
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Field 22 of /proc/PID/stat counts from boot, so the boot belongs to it. The name in field 2 may hold blanks. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (!stat) return ask('lstart=', pid)
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return `${boot.trim()} ${afterName[22 - 3]}`
}

async function ask(column: string, pid: number): Promise<string> {
  const { code, output } = await run('ps', ['-o', column, '-p', String(pid)])
  return code === 0 ? output.trim() : ''
}
