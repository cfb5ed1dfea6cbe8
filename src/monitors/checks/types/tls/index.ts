import type { TLSSocket } from 'node:tls'
import { chainOf } from '../../../../base/certificate'
import type { Fault } from '../../../../base/errors'
import type { Failure } from '../../../../base/failure'
import type { Handshake } from '../../../../base/handshake'
import { withoutRootDot } from '../../../../base/host-name'
import { weaknessesOf } from '../../../../base/weakness'
import type { MonitorSettings } from '../../../../contract/monitor-settings'
import { type Attempt, attempt } from '../../attempt'
import type { CheckType } from '../../check-type'
import { openConnection } from '../../connect'
import { Down } from '../../phases'
import { secure } from '../../secure'
import { startTls } from '../../starttls'
import { hostFaults, hostOf, hostPortFaults, hostPortOf } from '../../target'
import { clientRefusal } from './client-refusal'
import { wishesFailed } from './wishes'

/** Completes a TLS handshake, whatever is wrong, and names everything that is. */
export const tls: CheckType<'tls'> = {
  faults: (target, settings) => [...hostPortFaults(target), ...settingsFaults(settings)],
  hostOf: target => hostPortOf(target).host,
  run: ({ target, timeoutMs, settings }, deps) =>
    attempt(timeoutMs, deps, async current => {
      const { host } = hostPortOf(target)
      const raw = await openConnection(hostPortOf(target), settings.ip_family, current)
      try {
        if (settings.starttls) await startTls(raw, settings.starttls, current)
        const serverName = withoutRootDot(settings.server_name === undefined ? host : hostOf(settings.server_name))
        const options = { serverName, alpn: [], allowOldTls: true, keepUntrusted: true }
        const { socket, facts } = await secure(raw, host, options, current)
        await judge(socket, facts, settings, current)
        return `${facts.protocol}, valid until ${facts.certificate.expiresAt.toISOString().slice(0, 10)}`
      } finally {
        raw.destroy()
      }
    }),
}

const settingsFaults = ({ server_name }: MonitorSettings['tls']): Fault[] =>
  server_name === undefined
    ? []
    : hostFaults(server_name).map(({ message }) => ({ path: 'settings.server_name', message }))

/** @throws Down with the first problem; all of them are in the outcome */
async function judge(socket: TLSSocket, facts: Handshake, settings: MonitorSettings['tls'], current: Attempt) {
  const { outcome, trace, signal } = current
  const leaf = socket.getPeerCertificate(true)
  const problems: Failure[] = [
    ...facts.problems,
    ...weaknessesOf(chainOf(leaf).map(({ raw }) => raw)),
    ...(await clientRefusal(socket, facts.protocol, signal)),
    ...wishesFailed(facts, leaf.issuer, settings),
  ]
  if (outcome.tls) outcome.tls.problems = problems.map(({ message }) => message)
  const [first, ...others] = problems
  for (const { code, message } of others) await trace.log('warn', message, { code })
  if (first) throw new Down({ ...first, phase: 'tls' })
}
