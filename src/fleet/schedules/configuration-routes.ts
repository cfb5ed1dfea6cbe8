import { type Endpoint, endpoint, ok } from '../../access'
import type { Db } from '../../base/db'
import { notFound } from '../../base/errors'
import { uuid, z } from '../../base/parse'
import { findPlatform } from '../host-store'
import type { ActivePacks } from './active-packs'
import { servedTo } from './agent-config'

/** What one host is served, and whether its agent takes that. */
export const configurationRoute = (deps: { db: Db; packs: ActivePacks }): Endpoint =>
  endpoint({
    method: 'get',
    path: '/api/hosts/{id}/configuration',
    role: 'viewer',
    summary:
      'Which packs a host is served, and how large that makes its configuration. One that is `too_large` is not sent: the agent keeps the one that it has.',
    params: z.strictObject({ id: uuid }),
    replies: {
      200: z.object({
        packs: z.array(z.object({ name: z.string(), bytes: z.number() })),
        bytes: z.number(),
        bytes_max: z.number(),
        too_large: z.boolean(),
      }),
    },
    async handle({ principal: { tenantId }, params: { id: hostId } }) {
      const platform = await findPlatform(deps.db, { tenantId, id: hostId })
      if (platform === undefined) throw notFound('host')
      const { packs, bytes, bytesMax } = await servedTo(deps, { tenantId, hostId, platform })
      const listed = packs.map(({ name, bytes }) => ({ name, bytes }))
      return ok({ packs: listed, bytes, bytes_max: bytesMax, too_large: bytes > bytesMax })
    },
  })
