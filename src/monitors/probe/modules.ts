import type { Fault } from '../../base/errors'
import type { z } from '../../base/parse'
import type { CheckOutcome } from '../../contract/checks'
import { type MonitorSettings, monitorSettings } from '../../contract/monitor-settings'
import type { ActiveType, CheckDeps } from '../checks/check-type'
import { checkTypes } from '../checks/types'

/** What blackbox_exporter calls a module: a type of check with its settings. Targets are given by each probe. */
export interface Module {
  type: ActiveType
  settings: MonitorSettings[ActiveType]
  /** What is checked for a target as blackbox_exporter takes it. */
  targetOf(given: string): string
  faults(target: string): Fault[]
  run(target: string, timeoutMs: number, deps: CheckDeps): Promise<CheckOutcome>
}

function moduleOf<Type extends ActiveType>(type: Type, given: z.input<(typeof monitorSettings)[Type]>): Module {
  const settings = monitorSettings[type].parse(given) as MonitorSettings[Type]
  return {
    type,
    settings,
    // as in blackbox_exporter, a URL may begin with the host
    targetOf: target => (type === 'http' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? `http://${target}` : target),
    faults: target => checkTypes[type].faults(target, settings),
    run: (target, timeoutMs, deps) => checkTypes[type].run({ target, timeoutMs, settings }, deps),
  }
}

/** Named as in blackbox_exporter's example, where it has one. */
export const MODULES: ReadonlyMap<string, Module> = new Map(
  Object.entries({
    http_2xx: moduleOf('http', {}),
    http_post_2xx: moduleOf('http', { method: 'POST' }),
    http2_2xx: moduleOf('http', { http_version: '2' }),
    tcp_connect: moduleOf('tcp', {}),
    tls_connect: moduleOf('tls', {}),
    ssh_banner: moduleOf('tcp', { expect: '^SSH-2.0-' }),
    pop3s_banner: moduleOf('tcp', { tls: 'tls', expect: '^\\+OK' }),
    imaps_banner: moduleOf('tcp', { tls: 'tls', expect: '^\\* OK' }),
    smtp_starttls: moduleOf('tcp', { tls: 'starttls', protocol: 'smtp' }),
    imap_starttls: moduleOf('tcp', { tls: 'starttls', protocol: 'imap' }),
    postgres_tls: moduleOf('tcp', { tls: 'starttls', protocol: 'postgres' }),
    icmp: moduleOf('ping', {}),
    dns_a: moduleOf('dns', { record_type: 'A' }),
    dns_aaaa: moduleOf('dns', { record_type: 'AAAA' }),
    dns_mx: moduleOf('dns', { record_type: 'MX' }),
    dns_ns: moduleOf('dns', { record_type: 'NS' }),
    dns_soa: moduleOf('dns', { record_type: 'SOA' }),
    dns_txt: moduleOf('dns', { record_type: 'TXT' }),
  }),
)
