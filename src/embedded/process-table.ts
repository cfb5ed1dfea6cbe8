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
  if (!isTaken(pid)) return undefined
  const { state, started } = await look(pid)
  return state.startsWith('Z') ? undefined : { pid, started: started || undefined }
}

/** Whether a process with this number runs. A zombie does not: it has ended, and only its parent has not asked how. */
export const isAlive = async (pid: number): Promise<boolean> => (await identify(pid)) !== undefined

/** The command line of a process, word by word; empty when it is gone or cannot be read. */
export async function commandOf(pid: number): Promise<string[]> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (line !== undefined) return line.split('\0').slice(0, -1)
  return (await ask('command=', pid)).split(' ')
}

/** Signals reach zombies, too: their number is not free yet. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Fields 3 and 22 of /proc/PID/stat, see proc_pid_stat(5). The start counts from boot, so the boot belongs to it. The name in
 * field 2 may hold blanks.
 */
async function look(pid: number): Promise<{ state: string; started: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (!stat) return { state: await ask('stat=', pid), started: await ask('lstart=', pid) }
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const afterName = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: afterName[3 - 3] ?? '', started: `${boot.trim()} ${afterName[22 - 3]}` }
}

async function ask(column: string, pid: number): Promise<string> {
  const { code, output } = await run('ps', ['-o', column, '-p', String(pid)])
  return code === 0 ? output.trim() : ''
}
