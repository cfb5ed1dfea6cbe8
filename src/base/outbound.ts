import { constants } from 'node:crypto'
import { lookup as systemLookup } from 'node:dns/promises'
import { once } from 'node:events'
import { isIP, connect as openSocket, type Socket } from 'node:net'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { createAddressCheck } from './addresses'
import { type Refused, refusalOf, refused } from './failure'
import { type Distrusted, handshake, type Secured } from './handshake'
import { hostNameProblem, withoutRootDot } from './host-name'

/** Resolves a name to all its addresses, like `dns.promises.lookup` with `all`. */
export type Lookup = (host: string) => Promise<{ address: string }[]>

export interface OutboundSettings {
  /** OUTBOUND_ALLOW: CIDRs, or `private` for loopback and private ranges. */
  allow: readonly string[]
  /** Default: the system's resolver. */
  lookup?: Lookup
  /** Root certificates (PEM) trusted in addition to Node's. */
  roots?: readonly string[]
}

/** The only way to connect to addresses given by users. */
export interface Outbound {
  /** Whose certificates are trusted, for protocols that start TLS themselves. */
  readonly secureContext: SecureContext
  /**
   * All addresses of a name or literal, in the resolver's order. Refused with `blocked_address` if *any* of them is
   * blocked: a name with both public and private addresses is an attack or a mistake.
   */
  resolve(host: string, signal: AbortSignal): Promise<string[] | Refused>
  /** Opens a TCP connection to an address from `resolve`, after checking it once more. */
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket | Refused>
  /** Starts TLS on an open connection. The socket is returned only if the certificate is valid for `host`. */
  secure(socket: Socket, host: string, signal: AbortSignal): Promise<Secured | Distrusted>
}

/**
 * Guards all requests to user-supplied addresses: checks, crawls, webhooks. It checks every resolved address and
 * connects to exactly the address it checked, which defeats DNS rebinding. Callers use it again for each redirect.
 * @throws Error if an entry of `allow` is not valid
 */
export function createOutbound({ allow, lookup = system, roots = [] }: OutboundSettings): Outbound {
  const blockReason = createAddressCheck(allow)
  const context = createSecureContext({
    ...(roots.length && { ca: [...rootCertificates, ...roots] }),
    // browsers do not require secure renegotiation (RFC 5746) either, and nothing here renegotiates
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  })

  return {
    secureContext: context,

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

    async connect(address, port, signal) {
      const reason = blockReason(address)
      if (reason) return blocked(address, reason)
      const socket = openSocket({ host: address, port, noDelay: true })
      socket.on('error', () => {}) // errors may occur when no wait is listening
      try {
        await once(socket, 'connect', { signal })
        return socket
      } catch (error) {
        socket.destroy()
        return refusalOf(error, 'connect', signal)
      }
    },

    secure: (socket, host, signal) => handshake(socket, withoutRootDot(withoutBrackets(host)), context, signal),
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

/** Removes the brackets that URLs put around IPv6 addresses. */
const withoutBrackets = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

const blocked = (subject: string, reason: string) => refused('blocked_address', `${subject} ${reason}`)
