import type { AlertState } from '../../contract/alerts'
import type { Labels } from '../../contract/matchers'
import type { MutesNow, Muting, TenantMuting } from '../muting'
import type { OpenAlert, OpenAlerts, TenantAlerts } from '../occurrences'
import type { CompiledRouting, Routing } from '../routing'

export interface ViewDeps {
  openAlerts: Pick<OpenAlerts, 'of'>
  muting: Pick<Muting, 'at'>
  routing: Pick<Routing, 'at'>
}

/** A tenant's open alerts now, with what mutes them and where they are routed to. */
export interface AlertView {
  alerts: TenantAlerts
  routing: CompiledRouting
  mutesOf(alert: OpenAlert): MutesNow
  stateOf(alert: OpenAlert): Exclude<AlertState, 'resolved'>
  /** Names of the receivers that its routes lead to, each once. */
  receiversOf(labels: Labels): string[]
}

/** Current as of the call, in any process. */
export async function readView({ openAlerts, muting, routing }: ViewDeps, tenantId: string): Promise<AlertView> {
  const alerts = await openAlerts.of(tenantId)
  const { muteVersion, routingVersion } = alerts
  const routes = await routing.at(tenantId, routingVersion)
  return viewOf(alerts, await muting.at(tenantId, { alerts, routing: routes, muteVersion }), routes)
}

const viewOf = (alerts: TenantAlerts, muting: TenantMuting, routing: CompiledRouting): AlertView => ({
  alerts,
  routing,
  mutesOf: alert => muting.mutesOf(alert),
  stateOf: alert => (isMuted(muting.mutesOf(alert)) ? 'suppressed' : 'firing'),
  receiversOf: labels => [...new Set(routing.ends(labels).flatMap(({ route }) => route.receiver ?? []))],
})

export const isMuted = ({ silencedBy, inhibitedBy, maintenance }: MutesNow) =>
  silencedBy.length + inhibitedBy.length + maintenance.length > 0
