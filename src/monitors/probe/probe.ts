import { performance } from 'node:perf_hooks'
import type { Outbound } from '../../base/outbound'
import { redact, redactText } from '../../base/redact'
import type { CheckOutcome } from '../../contract/checks'
import { type TraceLine, traceLines } from '../checks/trace-lines'
import { Exposition } from '../metrics/exposition'
import { samplesOf } from '../metrics/samples'
import type { Module } from './modules'

export interface Probe {
  module: Module
  target: string
  timeoutMs: number
}

/** A finished probe. */
export interface Probed {
  probe: Probe
  outcome: CheckOutcome
  exposition: Exposition
  lines: string[]
}

/** Checks a target once; nothing is stored. @throws the reason of an aborted `signal` */
export async function runProbe(probe: Probe, outbound: Outbound, signal: AbortSignal): Promise<Probed> {
  const { module, target, timeoutMs } = probe
  const lines: string[] = []
  const began = performance.now()
  const outcome = await module.run(target, timeoutMs, {
    outbound,
    signal,
    trace: traceLines(line => lines.push(lineText(line))),
  })
  const ms = performance.now() - began
  const exposition = new Exposition()
  exposition.add({}, [{ family: 'probe_duration_seconds', value: Math.round(ms * 1_000) / 1_000_000 }])
  exposition.add({}, samplesOf(module.type, outcome))
  return { probe, outcome, exposition, lines }
}

const lineText = ({ at, level, step, message }: TraceLine) =>
  [at, level, step && `${step}:`, message].filter(Boolean).join(' ')

/** What `debug=true` shows, in the order of blackbox_exporter. Secrets are hidden. */
export function debugText({ probe: { module, target, timeoutMs }, outcome, exposition, lines }: Probed): string {
  const { answer: _answer, ...result } = outcome
  const settings = { type: module.type, target, timeout_ms: timeoutMs, settings: module.settings }
  return [
    'Logs for the probe:',
    ...lines.map(redactText),
    '',
    'Metrics that would have been returned:',
    ...exposition.chunks(),
    'Result:',
    JSON.stringify(redact(result), null, 2),
    '',
    'Module configuration:',
    JSON.stringify(redact(settings), null, 2),
    '',
  ].join('\n')
}
