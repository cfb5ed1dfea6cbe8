import type { Context } from './command'
import { EXIT, wrongUsage } from './exit'
import { objectOf } from './input'
import { readText } from './read-text'

/** What the server takes in one request. */
const JOBS_MAX = 1_000

interface RunEach {
  /** A file with a JSON object per line, or `-` for the standard input. */
  file: string
  /** Fields of every job. */
  shared: { kind: string; priority: number | undefined; delay_ms: number | undefined; reason: string | undefined }
  /** Idempotency key of the whole file. */
  key: string
  isJson: boolean
}

/** Creates a job per line of a file, and prints their ids in the order of the lines. @returns the exit code */
export async function runEach({ api, terminal }: Context, { file, shared, key, isJson }: RunEach): Promise<number> {
  const lines = readText(file === '-' ? file : `@${file}`).split('\n')
  const inputs = lines.flatMap((line, i) => (line.trim() ? [objectOf(line, `Line ${i + 1}`)] : []))
  if (!inputs.length) throw wrongUsage('There are no inputs in the file: one JSON object per line is expected.')
  for (let from = 0; from < inputs.length; from += JOBS_MAX) {
    const body = { jobs: inputs.slice(from, from + JOBS_MAX).map(input => ({ ...shared, input })) }
    const headers = { 'idempotency-key': from === 0 ? key : `${key}:${from}` }
    const { items } = await api.post('/api/jobs/bulk', { body, headers })
    for (const item of items) {
      if (isJson) terminal.json({ event: 'job', ...item })
      else terminal.write(`${item.id}\n`)
    }
  }
  return EXIT.ok
}
