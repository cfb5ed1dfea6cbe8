import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { cpuSecondsOf, cpuSecondsOfEnded } from './processes'

/** Processes of the private PostgreSQL in a folder, of Linux: the server and all that it has started. */
export function postgresProcesses(folder: string): number[] {
  const home = realpathSync(join(folder, 'postgres'))
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const server = all.find(pid => commandOf(pid).includes(`${home}/data`))
  return server ? [Number(server), ...all.filter(pid => parentOf(pid) === server).map(Number)] : []
}

/** CPU seconds of the private PostgreSQL in a folder so far, including what its ended processes have used. */
export function postgresCpuSeconds(folder: string): number {
  const [server = 0, ...children] = postgresProcesses(folder)
  let seconds = cpuSecondsOf(server) + cpuSecondsOfEnded(server)
  for (const pid of children) if (read(`/proc/${pid}/stat`)) seconds += cpuSecondsOf(pid)
  return seconds
}

const commandOf = (pid: string) => read(`/proc/${pid}/cmdline`)
const parentOf = (pid: string) => /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1]

/** Empty for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
