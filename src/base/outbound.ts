import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { createAddressCheck } from './addresses'
import { dial } from './dial'
import { type Refused, refusalOf, refused } from './failure'
import { type Distrusted, type HandshakeOptions, handshake, type Secured } from './handshake'
import { hostNameProblem, withoutRootDot } from './host-name'
import { SecureContexts } from './secure-contexts'
import { Trust } from './trust'

/** Resolves a name to all its addresses, like `dns.promises.lookup` with `all`. */
export type Lookup = (host: string) => Promise<{ address: string }[]>

export interface OutboundSettings {
  /** OUTBOUND_ALLOW: CIDRs, or `private` for loopback and private ranges. */
  allow: readonly string[]
  /** Default: the system's resolver. */
  lookup?: Lookup
  /** Root certificates (PEM) trusted in addition to Node's. */
  roots?: readonly string[]
  /** PATH for programs such as `ping`. Default: the usual folders. */
  searchPath?: string
}

/** The only way to connect to addresses given by users. */
export interface Outbound {
  /** Whose certificates are trusted, for protocols that start TLS themselves. */
  readonly secureContext: SecureContext
  /** Where programs that reach an address are looked for. */
  readonly searchPath: string
  /**
   * All addresses of a name or literal, in the resolver's order. Refused with `blocked_address` if *any* of them is
   * blocked: a name with both public and private addresses is an attack or a mistake.
   */
  resolve(host: string, signal: AbortSignal): Promise<string[] | Refused>
  /** Why an address is blocked, for what does not go over TCP; undefined if it is allowed. */
  checkAddress(address: string): Refused | undefined
  /** Opens a TCP connection to an address from `resolve`, after checking it once more. */
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket | Refused>
  /**
   * Starts TLS on an open connection. The socket is returned only if the certificate is valid for `host`, unless
   * `keepUntrusted` is set.
   */
  secure(socket: Socket, host: string, signal: AbortSignal, options?: HandshakeOptions): Promise<Secured | Distrusted>
}

/**
 * Guards all requests to user-supplied addresses: checks, crawls, webhooks. It checks every resolved address and
 * connects to exactly the address it checked, which defeats DNS rebinding. Callers use it again for each redirect.
 * @throws Error if an entry of `allow` is not valid
 */
export function createOutbound(settings: OutboundSettings): Outbound {
  const { allow, lookup = system, roots = [], searchPath = SEARCH_PATH } = settings
  const blockReason = createAddressCheck(allow)
  const tls = { trust: new Trust(roots), contexts: new SecureContexts(roots) }

  function checkAddress(address: string): Refused | undefined {
    const reason = blockReason(address)
    return reason === undefined ? undefined : blocked(address, reason)
  }

  return {
    secureContext: tls.contexts.usual,
    searchPath,

    async resolve(host, signal) {
      const name = withoutBrackets(host)
      const addresses = isIP(name) ? [name] : await find(lookup, name, signal)
      if ('error' in addresses) return addresses
      for (const address of addresses) {
        const reason = blockReason(address)
        if (reason) return blocked(name === address ? address : `${name} resolves to ${address}, which`, reason)
      }
      return addresses
    },

    checkAddress,

    connect: async (address, port, signal) => checkAddress(address) ?? dial(address, port, signal),

    secure: (socket, host, signal, options) =>
      handshake(socket, withoutRootDot(withoutBrackets(host)), tls, signal, options),
  }
}

async function find(lookup: Lookup, name: string, signal: AbortSignal): Promise<string[] | Refused> {
  const problem = hostNameProblem(name)
  if (problem) return refused('dns_name_invalid', `The host name ${problem}`)
  const { promise, stop } = whenAborted(signal)
  try {
    const found = await Promise.race([lookup(name), promise])
    return found.length ? found.map(({ address }) => address) : refused('dns_not_found', 'The host name has no address')
  } catch (error) {
    return refusalOf(error, 'dns', signal)
  } finally {
    stop()
  }
}

/** getaddrinfo cannot be cancelled, so a late answer is ignored. */
function whenAborted(signal: AbortSignal) {
  let stop = () => {}
  const promise = new Promise<never>((_, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    stop = () => signal.removeEventListener('abort', abort)
  })
  return { promise, stop: () => stop() }
}

const system: Lookup = host => systemLookup(host, { all: true, verbatim: true })

const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Removes the brackets that URLs put around IPv6 addresses. */
const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

const blocked = (subject: string, reason: string) => refused('blocked_address', `${subject} ${reason}`)
