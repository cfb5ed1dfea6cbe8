import { type Endpoint, endpoint, ok } from '../../access'
import { linkHost } from '../../base/link-host'
import { z } from '../../base/parse'
import { certificatesToPin } from './certificate'
import { addressOf, agentFlags, pathIn, SYSTEMS } from './enrollment'
import { commandsFor } from './enrollment-commands'

interface Settings {
  holdMs: number
  publicUrl: string | undefined
  ownCertificate: string | undefined
}

const NO_TLS =
  'Agents speak HTTPS only: set OSQUERY_TLS_CERT and OSQUERY_TLS_KEY, or put a TLS terminator in front and set PUBLIC_URL to its https:// address.'

const text = z.string()
const flagFile = z.object({ path: text, flags: z.array(text) })

export const enrollmentRoutes = ({ holdMs, publicUrl, ownCertificate }: Settings): Endpoint[] => [
  endpoint({
    method: 'get',
    path: '/api/hosts/enrollment',
    role: 'viewer',
    summary:
      'How a machine becomes a host, by operating system: a command and the flags of osqueryd, with `<secret>` where the secret goes. `flags` and `command` are those of Linux.',
    replies: {
      200: z.object({
        flags: z.array(text),
        command: text,
        commands: z.object({ linux: text, macos: text, windows: text }),
        flag_files: z.object({ linux: flagFile, macos: flagFile, windows: flagFile }),
        note: z.string().nullable(),
      }),
    },
    async handle({ req }) {
      const certificate = ownCertificate === undefined ? undefined : await certificatesToPin(ownCertificate)
      const enrolling = { address: addressOf(publicUrl, linkHost(req)), certificate, holdMs }
      const commands = commandsFor(enrolling)
      const files = SYSTEMS.map(system => {
        return [system, { path: pathIn(system, 'osquery.flags'), flags: agentFlags(enrolling, system) }] as const
      })
      const note = ownCertificate || publicUrl?.startsWith('https:') ? null : NO_TLS
      const flag_files = Object.fromEntries(files)
      return ok({ flags: agentFlags(enrolling), command: commands.linux, commands, flag_files, note })
    },
  }),
]
