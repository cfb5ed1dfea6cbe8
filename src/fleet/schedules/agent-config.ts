import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import type { Agent } from '../agent'
import type { ActivePacks } from './active-packs'
import { baseConfig } from './base-config'
import { BYTES_MAX_BEFORE, configBytesMax } from './config-limits'
import { type ActivePack, labelsOfHost } from './pack-store'
import { bytesOf, isMeantFor } from './served'
import { osqueryVersionOf } from './served-store'

interface Deps {
  db: Db
  packs: ActivePacks
}

type Target = Pick<Agent, 'tenantId' | 'hostId' | 'platform'>

/** The packs for one agent, and how much it takes. */
export interface Served {
  packs: ActivePack[]
  bytes: number
  bytesMax: number
}

export async function servedTo({ db, packs }: Deps, { tenantId, hostId, platform }: Target): Promise<Served> {
  const active = await packs.of(tenantId)
  const labels = [...new Set(active.flatMap(pack => pack.labels))]
  const ownLabels = labels.length ? await labelsOfHost(db, tenantId, hostId, labels) : new Set<string>()
  const meant = active.filter(pack => isMeantFor(pack, platform, ownLabels))
  const bytes = bytesOf(meant)
  const isSmall = bytes <= BYTES_MAX_BEFORE
  const bytesMax = isSmall ? BYTES_MAX_BEFORE : configBytesMax(await osqueryVersionOf(db, tenantId, hostId))
  return { packs: meant, bytes, bytesMax }
}

/**
 * The configuration of one agent with its packs.
 * @throws Problem 409 when that is more than the agent takes: on an error it keeps the configuration it has
 */
export async function configOf(deps: Deps & { holdMs: number }, agent: Agent): Promise<Record<string, unknown>> {
  const { packs, bytes, bytesMax } = await servedTo(deps, agent)
  if (bytes > bytesMax) {
    const detail = `The packs for this host make ${bytes} bytes, and its osquery takes ${bytesMax}.`
    throw new Problem(409, 'configuration_too_large', detail)
  }
  return {
    ...baseConfig(deps.holdMs),
    packs: Object.fromEntries(packs.map(({ name, content }) => [name, content])),
  }
}
