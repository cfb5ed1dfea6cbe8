import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { isLate } from '../../../../base/deadline'
import { codeOf } from '../../../../base/failure'

/** Seconds between two packets: what every `ping` permits to ordinary users. */
const INTERVAL = '0.2'
/** How long a program has to say what it found out once its time is up. */
const GRACE_MS = 1_000
/** Far more than ten packets need. */
const OUTPUT_MAX = 64 * 1024

export interface Pinging {
  /** One that the guard has allowed: it is the only part of the command that comes from outside. */
  address: string
  packets: number
  timeoutMs: number
  searchPath: string
}

/** What a program said. */
export interface Said {
  output: string
  errors: string
}

/**
 * Runs `ping`, or another program with the same options. At the deadline it is interrupted, and tells what it knows.
 * @returns undefined if there is no such program
 * @throws the reason of an aborted signal, unless that was the deadline
 */
export async function runPing(
  program: 'ping' | 'ping6',
  { address, packets, timeoutMs, searchPath }: Pinging,
  signal: AbortSignal,
): Promise<Said | undefined> {
  // on macOS -W is in milliseconds, and its default is 10 seconds
  const wait = process.platform === 'darwin' ? [] : ['-W', String(Math.ceil(timeoutMs / 1_000))]
  const args = ['-n', '-c', String(packets), ...(packets > 1 ? ['-i', INTERVAL] : []), ...wait, address]
  const child = spawn(program, args, { env: { PATH: searchPath, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors] = [collect(child.stdout), collect(child.stderr)]
  const stop = endOnAbort(child, signal)
  try {
    await once(child, 'close')
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes(codeOf(error))) return undefined
    throw error
  } finally {
    stop()
  }
  if (signal.aborted && !isLate(signal)) throw signal.reason
  return { output: output(), errors: errors() }
}

function collect(stream: Readable): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < OUTPUT_MAX) text += chunk
  })
  return () => text
}

function endOnAbort(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    if (!isLate(signal)) return void child.kill('SIGKILL')
    child.kill('SIGINT') // every ping prints its statistics then
    timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
  }
}
