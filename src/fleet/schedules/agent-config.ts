import type { Db } from '../../base/db'
import type { Agent } from '../agent'
import { POLL_SECONDS } from '../hosts/enrollment'
import { runsOn } from '../platform'
import type { ActivePacks } from './active-packs'
import { type ActivePack, labelsOfHost } from './pack-store'

/**
 * Only what osquery takes from a configuration, and not by flag alone (`FLAG` as opposed to `CLI_FLAG` in its source).
 * @param holdMs for how long a read is held; an agent that is held asks again at once, others poll
 */
const optionsOf = (holdMs: number) => ({
  disable_distributed: false,
  distributed_interval: holdMs > 0 ? 1 : POLL_SECONDS,
  logger_tls_period: 10,
  logger_tls_compress: true,
  pack_delimiter: '_',
})

/** Each result and line carries them, so that it can be told from where it is without us. */
const DECORATORS = {
  load: ['select uuid as host_uuid from system_info;', 'select hostname from system_info;'],
}

interface Deps {
  db: Db
  packs: ActivePacks
  holdMs: number
}

/** The configuration of one agent: the packs that are meant for it. */
export async function configOf({ db, packs, holdMs }: Deps, agent: Agent): Promise<Record<string, unknown>> {
  const meant = (await packs.of(agent.tenantId)).filter(pack => runsOn(agent.platform, pack.platforms))
  const labels = [...new Set(meant.flatMap(pack => pack.labels))]
  const has = labels.length ? await labelsOfHost(db, agent.tenantId, agent.hostId, labels) : new Set()
  const fitting = meant.filter(pack => pack.labels.length === 0 || pack.labels.some(name => has.has(name)))
  return {
    options: optionsOf(holdMs),
    schedule: {},
    packs: Object.fromEntries(fitting.map(({ name, content }: ActivePack) => [name, content])),
    decorators: DECORATORS,
  }
}
