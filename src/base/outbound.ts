import { constants } from 'node:crypto'
import { lookup as systemLookup } from 'node:dns/promises'
import { once } from 'node:events'
import { isIP, connect as openSocket, type Socket } from 'node:net'
import { createSecureContext, rootCertificates } from 'node:tls'
import { createJudge } from './addresses'
import { type Refused, refusalOf, refused } from './failure'
import { type Distrusted, handshake, type Secured } from './handshake'
import { hostNameProblem, withoutRootDot } from './host-name'

/** Resolves a name to all its addresses, like `dns.promises.lookup` with `all`. */
export type Lookup = (host: string) => Promise<{ address: string }[]>

export interface OutboundSettings {
  /** OUTBOUND_ALLOW: CIDRs, or `private` for loopback and private ranges. */
  allow: readonly string[]
  /** The system's resolver unless a test hands in its own. */
  lookup?: Lookup
  /** Root certificates (PEM) trusted beside those of Node. */
  roots?: readonly string[]
}

/** The only way to connect to addresses that users give. */
export interface Outbound {
  /**
   * All addresses of a name or literal, in the resolver's order. Refused with `blocked_address` when *one* of them is
   * banned: a name that mixes public and private addresses is a trap or a mistake.
   */
  resolve(host: string, signal: AbortSignal): Promise<string[] | Refused>
  /** Opens a TCP connection to an address that `resolve` gave; the address is judged once more. */
  connect(address: string, port: number, signal: AbortSignal): Promise<Socket | Refused>
  /** TLS over an open connection. The socket is returned only when the certificate is valid for `host`. */
  secure(socket: Socket, host: string, signal: AbortSignal): Promise<Secured | Distrusted>
}

/**
 * The guard of all requests to addresses that users name: checks, crawls, webhooks. It resolves, judges every address
 * and connects to the very address that was judged, so an answer that changes in between (DNS rebinding) gains nothing.
 * Callers go through it again for each redirect.
 * @throws Error when an entry of `allow` is not valid
 */
export function createOutbound({ allow, lookup = system, roots = [] }: OutboundSettings): Outbound {
  const judge = createJudge(allow)
  const context = createSecureContext({
    ...(roots.length && { ca: [...rootCertificates, ...roots] }),
    // browsers do not insist on secure renegotiation (RFC 5746) either; nothing here ever renegotiates
    secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
  })

  return {
    async resolve(host, signal) {
      const name = bare(host)
      const addresses = isIP(name) ? [name] : await find(lookup, name, signal)
      if ('error' in addresses) return addresses
      for (const address of addresses) {
        const reason = judge(address)
        if (reason) return blocked(name === address ? address : `${name} resolves to ${address}, which`, reason)
      }
      return addresses
    },

    async connect(address, port, signal) {
      const reason = judge(address)
      if (reason) return blocked(address, reason)
      const socket = openSocket({ host: address, port, noDelay: true })
      socket.on('error', () => {}) // each wait has its own listener; between two waits there is none
      try {
        await once(socket, 'connect', { signal })
        return socket
      } catch (error) {
        socket.destroy()
        return refusalOf(error, 'connect', signal)
      }
    },

    secure: (socket, host, signal) => handshake(socket, withoutRootDot(bare(host)), context, signal),
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

/** getaddrinfo cannot be cancelled: a late answer is ignored. */
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

/** `[::1]`, as URLs write it, without the brackets. */
const bare = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

const blocked = (subject: string, reason: string) => refused('blocked_address', `${subject} ${reason}`)
