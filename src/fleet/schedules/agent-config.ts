import type { Db } from '../../base/db'
import { Problem } from '../../base/errors'
import type { Agent } from '../agent'
import type { ActivePacks } from './active-packs'
import { baseConfig } from './base-config'
import { BYTES_MAX_BEFORE, configBytesMax } from './config-limits'
import { type ActivePack, labelsOfHost } from './pack-store'
import { appliesTo, bytesOf } from './served'
import { osqueryVersionOf } from './served-store'

interface Deps {
  db: Db
  packs: ActivePacks
}

type Target = Pick<Agent, 'tenantId' | 'hostId' | 'platform'>

/** The packs for one agent, and how large a configuration it accepts. */
export interface Served {
  packs: ActivePack[]
  bytes: number
  bytesMax: number
}

export async function servedTo({ db, packs }: Deps, { tenantId, hostId, platform }: Target): Promise<Served> {
  const active = await packs.of(tenantId)
  const labels = [...new Set(active.flatMap(pack => pack.labels))]
  const ownLabels = labels.length ? await labelsOfHost(db, tenantId, hostId, labels) : new Set<string>()
  const applying = active.filter(pack => appliesTo(pack, platform, ownLabels))
  const bytes = bytesOf(applying)
  const isSmall = bytes <= BYTES_MAX_BEFORE
  const bytesMax = isSmall ? BYTES_MAX_BEFORE : configBytesMax(await osqueryVersionOf(db, tenantId, hostId))
  return { packs: applying, bytes, bytesMax }
}

/**
 * The configuration of one agent with its packs.
 * @throws Problem 409 if that is more than the agent accepts: on an error it keeps its current configuration
 */
export async function configOf(deps: Deps & { holdMs: number }, agent: Agent): Promise<Record<string, unknown>> {
  const { packs, bytes, bytesMax } = await servedTo(deps, agent)
  if (bytes > bytesMax) {
    const detail = `The configuration for this host has ${bytes} bytes, but its osquery accepts at most ${bytesMax}.`
    throw new Problem(409, 'configuration_too_large', detail)
  }
  return {
    ...baseConfig(deps.holdMs),
    packs: Object.fromEntries(packs.map(({ name, content }) => [name, content])),
  }
}
