import type { MetricsEvent } from '../../src/contract/agent-metrics'
import { percentile, rounded } from '../figures'
import { measures } from './measures'
import { answer } from './questions'

/** In the lines of simulated containers. */
const MADE_AT = /\bt=(\d+) /

interface Delays {
  samples: number[]
  lines: number[]
}

const delays: Delays = { samples: [], lines: [] }
const faults: string[] = []
const closing = new AbortController()

/** Viewers of agents and their containers, each with one stream, in a process of their own. */
const questions = {
  /** @param topics of each viewer. Resolves when all streams are open. */
  open: async ({ url, token, topics }: { url: string; token: string; topics: string[][] }) => {
    await Promise.all(topics.map(each => view(url, token, each)))
  },
  restart: () => {
    delays.samples = []
    delays.lines = []
  },
  /** From the time of a sample or line on its machine until its arrival here, which share a clock. */
  summary: () => ({ sample_ms: shares(delays.samples), line_ms: shares(delays.lines), faults }),
  close: () => closing.abort(),
  ...measures,
}

export type AgentViewerQuestions = typeof questions

const shares = (times: readonly number[]) => ({
  ...{ p50: rounded(percentile(times, 0.5)), p95: rounded(percentile(times, 0.95)) },
  ...{ p99: rounded(percentile(times, 0.99)), samples: times.length },
})

async function view(url: string, token: string, topics: readonly string[]) {
  const query = new URLSearchParams({ limit: '0' })
  for (const topic of topics) query.append('topic', topic)
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const response = await fetch(`${url}/api/stream?${query}`, { headers, signal: closing.signal })
  if (!response.ok || !response.body)
    throw new Error(`The stream answered ${response.status}: ${await response.text()}`)
  void read(response.body).catch(error => {
    if (!closing.signal.aborted) faults.push(String(error))
  })
}

async function read(body: ReadableStream<Uint8Array>) {
  const newest = new Map<string, string>()
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    const parts = (text + decoder.decode(bytes, { stream: true })).split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) take(part, newest)
  }
}

function take(event: string, newest: Map<string, string>) {
  const name = /^event: (\w+)$/m.exec(event)?.[1]
  const data = /^data: (.*)$/m.exec(event)?.[1] ?? ''
  if (name === 'metrics') takeSamples(JSON.parse(data), newest)
  else if (name === 'logs') takeLines(JSON.parse(data))
  else if (name === 'gap' || name === 'reset' || name === 'overloaded') faults.push(event.slice(0, 200))
}

/** Samples are repeated for readers who may have got only the last one. */
function takeSamples({ agent_id, host, containers }: MetricsEvent, newest: Map<string, string>) {
  const now = Date.now()
  for (const [id, latest] of [[agent_id, host] as const, ...Object.entries(containers)]) {
    if (!latest || (newest.get(id) ?? '') >= latest.at) continue
    newest.set(id, latest.at)
    delays.samples.push(now - Date.parse(latest.at))
  }
}

function takeLines({ logs }: { logs: { message: string }[] }) {
  const now = Date.now()
  for (const { message } of logs) {
    const madeAt = MADE_AT.exec(message)?.[1]
    if (madeAt) delays.lines.push(now - Number(madeAt))
  }
}

answer(questions)
