import { type Endpoint, endpoint, ok } from '../../api'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { packRoutes } from '../../contract/packs'
import { findPlatform } from '../host-store'
import type { ActivePacks } from './active-packs'
import { servedTo } from './agent-config'

/** Shows which packs a host is served, and whether its agent accepts them. */
export const configurationRoute = (deps: { db: Db; packs: ActivePacks }): Endpoint =>
  endpoint(packRoutes.hostConfiguration, async ({ principal: { tenantId }, params: { id: hostId } }) => {
    const platform = await findPlatform(deps.db, { tenantId, id: hostId })
    if (platform === undefined) throw notFound('host')
    const { packs, bytes, bytesMax } = await servedTo(deps, { tenantId, hostId, platform })
    const listed = packs.map(({ name, bytes }) => ({ name, bytes }))
    return ok({ packs: listed, bytes, bytes_max: bytesMax, too_large: bytes > bytesMax })
  })
