import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import type { MonitorExport } from '../../contract/monitor-import'
import { monitorSettings } from '../../contract/monitor-settings'
import { monitorInput } from '../../contract/monitors'
import type { MonitorRow } from '../monitors/monitor-store'

type Exported = MonitorExport['monitors'][number]

/** A monitor without its secrets. */
export const exportedMonitor = (row: MonitorRow): Exported => ({
  ...{ name: row.name, type: row.type, target: row.target, interval_seconds: row.interval_seconds },
  ...{ timeout_ms: row.timeout_ms, retries: row.retries, retry_interval_seconds: row.retry_interval_seconds },
  ...{ confirm_up: row.confirm_up, settings: row.settings, has_secrets: row.secret_names, labels: row.labels },
  enabled: row.enabled,
})

/** Monitors per piece: other requests are answered between them. */
const PIECE = 50

/** The same as YAML for people: what is the default is left out. */
export async function* yamlOf(monitors: readonly Exported[]): AsyncGenerator<string> {
  yield `version: 1\nmonitors:${monitors.length ? '' : ' []'}\n`
  for (let i = 0; i < monitors.length; i += PIECE) {
    // texts such as `yes` are quoted, for programs that read YAML 1.1
    yield stringify(monitors.slice(i, i + PIECE).map(withoutDefaults), { version: '1.1', lineWidth: 0 })
    await setImmediate()
  }
}

const DEFAULTS: Record<string, unknown> = { ...monitorInput.parse({ name: 'any', type: 'push' }), settings: {} }

function withoutDefaults({ name, type, target, has_secrets, settings, ...others }: Exported): Record<string, unknown> {
  const given = differing({ ...others, settings: differing(settings, monitorSettings[type].parse({})) }, DEFAULTS)
  return { name, type, ...(target !== null && { target }), ...given, ...(has_secrets.length > 0 && { has_secrets }) }
}

const differing = (values: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(values).filter(([name, value]) => !isDeepStrictEqual(value, defaults[name])))
