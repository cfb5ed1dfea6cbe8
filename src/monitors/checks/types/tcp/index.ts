import type { Socket } from 'node:net'
import type { Fault } from '../../../../base/errors'
import { compilePattern, PatternError } from '../../../../base/re2'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { type Attempt, attempt } from '../../attempt'
import type { CheckType } from '../../check-type'
import { openConnection } from '../../connect'
import { secure } from '../../secure'
import { startTls } from '../../starttls'
import { hostPortFaults, hostPortOf } from '../../target'
import { converse } from './converse'
import { readEscapes } from './escapes'

/** Connects to a port, with TLS if wanted, and compares what the server sends with what is expected. */
export const tcp: CheckType<'tcp'> = {
  faults: (target, settings) => [...hostPortFaults(target), ...settingsFaults(settings)],
  hostOf: target => hostPortOf(target).host,
  run: ({ target, timeoutMs, settings }, deps) =>
    attempt(timeoutMs, deps, async current => {
      const { host } = hostPortOf(target)
      const raw = await openConnection(hostPortOf(target), settings.ip_family, current)
      try {
        const socket = await secured(raw, host, settings, current)
        return await talk(socket, settings, current)
      } finally {
        raw.destroy()
      }
    }),
}

function settingsFaults({ tls, protocol, send, expect }: MonitorSettings['tcp']): Fault[] {
  const found: Fault[] = []
  if (tls === 'starttls' && !protocol) {
    found.push({ path: 'settings.protocol', message: 'must be given: STARTTLS depends on the protocol' })
  }
  if (tls !== 'starttls' && protocol) {
    found.push({ path: 'settings.protocol', message: 'must not be given unless tls is "starttls"' })
  }
  if (send !== undefined && !readEscapes(send)) {
    const message =
      'has a backslash that begins no escape: there are \\r, \\n, \\t, \\xHH and \\\\ for the backslash itself'
    found.push({ path: 'settings.send', message })
  }
  const problem = expect === undefined ? undefined : patternProblem(expect)
  if (problem) found.push({ path: 'settings.expect', message: problem })
  return found
}

function patternProblem(expected: string): string | undefined {
  try {
    compilePattern(expected)
    return undefined
  } catch (error) {
    if (error instanceof PatternError) return error.message
    throw error
  }
}

async function secured(raw: Socket, host: string, { tls, protocol }: MonitorSettings['tcp'], current: Attempt) {
  if (tls === 'none') return raw
  if (protocol) await startTls(raw, protocol, current)
  return (await secure(raw, host, { alpn: [] }, current)).socket
}

async function talk(socket: Socket, { send, expect }: MonitorSettings['tcp'], current: Attempt): Promise<string> {
  const bytes = send === undefined ? undefined : readEscapes(send)
  if (bytes) {
    socket.write(bytes)
    await current.trace.log('info', `sent ${bytes.length} bytes`)
  }
  if (expect === undefined) return 'connected'
  const answer = await converse(socket, expect, current)
  current.outcome.details.bytes = answer.length
  return `the server answered as expected, with ${answer.length} bytes`
}
