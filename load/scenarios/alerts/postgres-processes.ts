import { readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'

/** Processes of the private PostgreSQL in a folder, of Linux: the server and all that it has started. */
export function postgresProcesses(folder: string): number[] {
  const home = realpathSync(join(folder, 'postgres'))
  const all = readdirSync('/proc').filter(name => /^\d+$/.test(name))
  const server = all.find(pid => commandOf(pid).includes(`${home}/data`))
  return server ? [Number(server), ...all.filter(pid => parentOf(pid) === server).map(Number)] : []
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
