import { type Endpoint, endpoint, ok } from '../../access'
import { ownHost } from '../../base/own-host'
import { z } from '../../base/parse'
import { isOwnAuthority } from './certificate'
import { addressOf, agentFlags, commandsFor } from './enrollment'

interface Settings {
  holdMs: number
  publicUrl: string | undefined
  ownCertificate: string | undefined
}

const NO_TLS =
  'Agents speak HTTPS only: set OSQUERY_TLS_CERT and OSQUERY_TLS_KEY, or put a TLS terminator in front and set PUBLIC_URL to its https:// address.'

export const enrollmentRoutes = ({ holdMs, publicUrl, ownCertificate }: Settings): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/hosts/enrollment',
    role: 'viewer',
    summary: 'How a machine becomes a host: flags of osqueryd, and commands with `<secret>` where the secret goes.',
    replies: {
      200: z.object({
        flags: z.array(z.string()),
        command: z.string(),
        commands: z.object({ linux: z.string(), macos: z.string() }),
        note: z.string().nullable(),
      }),
    },
    async handle({ req }) {
      const pinCertificate = ownCertificate !== undefined && (await isOwnAuthority(ownCertificate))
      const enrolling = { address: addressOf(publicUrl, ownHost(req)), pinCertificate, holdMs }
      const commands = commandsFor(enrolling)
      const note = ownCertificate || publicUrl?.startsWith('https:') ? null : NO_TLS
      return ok({ flags: agentFlags(enrolling), command: commands.linux, commands, note })
    },
  }),
]
