import { type Endpoint, endpoint, ok } from '../../api'
import { linkHost } from '../../base/link-host'
import { hostRoutes as routes, type System } from '../../contract/hosts'
import { addressOf, agentFlags, pathIn } from './agent-setup'
import { certificatesToPin } from './certificate'
import { commandsFor } from './setup-commands'

interface Settings {
  holdMs: number
  publicUrl: string | undefined
  ownCertificate: string | undefined
}

const NO_TLS =
  'osqueryd connects over TLS (HTTPS) only, and this installation serves plain HTTP. Set OSQUERY_TLS_CERT and OSQUERY_TLS_KEY, or put a TLS-terminating proxy in front and set PUBLIC_URL to its https:// address.'

export const setupRoute = ({ holdMs, publicUrl, ownCertificate }: Settings): Endpoint =>
  endpoint(routes.setup, async ({ req }) => {
    const certificate = ownCertificate === undefined ? undefined : await certificatesToPin(ownCertificate)
    const setup = { address: addressOf(publicUrl, linkHost(req)), certificate, holdMs }
    const commands = commandsFor(setup)
    const flagFile = (system: System) => ({
      path: pathIn(system, 'osquery.flags'),
      flags: agentFlags(setup, system),
    })
    return ok({
      flags: agentFlags(setup),
      command: commands.linux,
      commands,
      flag_files: { linux: flagFile('linux'), macos: flagFile('macos'), windows: flagFile('windows') },
      note: ownCertificate || publicUrl?.startsWith('https:') ? null : NO_TLS,
    })
  })
