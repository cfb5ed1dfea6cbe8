import { readFile } from 'node:fs/promises'
import { run } from './child'

/** Identifies a process. The pid alone is not enough, because pids are reused. */
export interface Identity {
  pid: number
  /** When it started, in the system's own format; undefined if unknown. */
  started: string | undefined
}

/** The process that has this pid now; undefined if none. */
export async function identify(pid: number): Promise<Identity | undefined> {
  if (!isTaken(pid)) return undefined
  const { state, started } = await look(pid)
  return state.startsWith('Z') ? undefined : { pid, started: started || undefined }
}

/** Whether a process with this pid is running. A zombie is not: it has exited, but its parent has not waited for it. */
export const isAlive = async (pid: number): Promise<boolean> => (await identify(pid)) !== undefined

/** The arguments of a process; empty if it is gone or cannot be read. */
export async function commandOf(pid: number): Promise<string[]> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined)
  if (line !== undefined) return line.split('\0').slice(0, -1)
  return (await ask('command=', pid)).split(' ')
}

/** True for zombies as well: their pid is not free yet. */
function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Fields 3 and 22 of /proc/PID/stat, see proc_pid_stat(5). The start time counts from boot, so it includes the boot id.
 * The name in field 2 may contain spaces.
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
