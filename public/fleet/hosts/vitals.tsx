import type { ComponentChildren } from 'preact'
import type { HostWithDetails } from '../../../src/contract/hosts'
import { formatBytes } from '../../../text/numbers'
import { formatDuration, formatUtc } from '../../../text/times'
import { now } from '../../clock'
import { systemOf } from './host'
import { addressesOf, cpuOf, disksOf, memoryOf, type Usage, uptimeMsOf } from './vitals-data'

/** Disks or interfaces shown; a query returns all of them. */
const SHOWN_MAX = 4

/** The vitals that a host has reported. */
export function Vitals({ host }: { host: HostWithDetails }) {
  const cpu = cpuOf(host)
  const memory = memoryOf(host)
  const uptime = uptimeMsOf(host)
  const disks = disksOf(host)
  const addresses = addressesOf(host)
  const system = host.details.system_info
  const hardware = [system?.hardware_vendor, system?.hardware_model].filter(Boolean).join(' ').trim()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section class="vitals" aria-label="Vitals" tabIndex={0}>
      <Card title="System">
        <b>{systemOf(host) || 'unknown'}</b>
        <Note>{[host.details.os_version?.arch || system?.cpu_type, hardware].filter(Boolean).join(' · ')}</Note>
      </Card>
      <Card title="CPU">
        <b>{cpu?.brand || 'unknown'}</b>
        <Note>{cpu && coresOf(cpu.cores, cpu.threads)}</Note>
      </Card>
      <Card title="Memory">{memory ? <UsageBar usage={memory} isNamed={false} /> : <b>unknown</b>}</Card>
      <Card title="Uptime">
        <b title={`reported ${host.refreshed_at ? formatUtc(host.refreshed_at) : 'at enrollment'}`}>
          {uptime === null ? 'unknown' : formatDuration(uptime + sinceMs(host))}
        </b>
      </Card>
      <Card title="Disks">
        {disks.length === 0 && <b>unknown</b>}
        {disks.slice(0, SHOWN_MAX).map(disk => (
          <UsageBar key={disk.name} usage={disk} />
        ))}
        {disks.length > SHOWN_MAX && <Note>and {disks.length - SHOWN_MAX} more</Note>}
      </Card>
      <Card title="Addresses">
        {addresses.length === 0 && <b>unknown</b>}
        {addresses.slice(0, SHOWN_MAX).map(({ interface: name, addresses: all }) => (
          <div key={name} class="address">
            <span class="hint">{name}</span>
            <span>
              {all.map(address => (
                <code key={address}>{address}</code>
              ))}
            </span>
          </div>
        ))}
        {addresses.length > SHOWN_MAX && <Note>and {addresses.length - SHOWN_MAX} more</Note>}
      </Card>
    </section>
  )
}

/** Time since the uptime was reported, if the host is still online. */
const sinceMs = ({ status, refreshed_at }: HostWithDetails) =>
  status === 'online' && refreshed_at !== null ? Math.max(0, now.value - Date.parse(refreshed_at)) : 0

const coresOf = (cores: number | null, threads: number | null) =>
  [cores !== null && `${cores} ${cores === 1 ? 'core' : 'cores'}`, threads !== null && `${threads} threads`]
    .filter(Boolean)
    .join(', ')

function Card({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="vital">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

const Note = ({ children }: { children: ComponentChildren }) => <span class="hint">{children}</span>

/** From this share on, usage is highlighted. */
const FULL_SHARE = 0.9

/** Usage as text and as a bar. */
function UsageBar({ usage: { name, size, used }, isNamed = true }: { usage: Usage; isNamed?: boolean }) {
  const share = used === null ? null : Math.min(1, used / size)
  return (
    <div class="fill">
      <div class="row">
        {isNamed ? <code>{name}</code> : <b>{formatBytes(size)}</b>}
        <span class="spacer" />
        <span class={share !== null && share >= FULL_SHARE ? 'is-failed' : 'hint'}>
          {formatUsage(size, used, isNamed)}
        </span>
      </div>
      {share !== null && (
        <div class="fill-track" aria-hidden="true">
          <span class={share >= FULL_SHARE ? 'is-failed' : ''} style={{ width: `${share * 100}%` }} />
        </div>
      )}
    </div>
  )
}

function formatUsage(size: number, used: number | null, isNamed: boolean) {
  if (used === null) return isNamed ? formatBytes(size) : ''
  return isNamed ? `${formatBytes(used)} of ${formatBytes(size)}` : `${formatBytes(used)} used`
}
