import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { Failure } from './failure'
import type { Trust } from './trust'

const DAY_MS = 86_400_000
/** Real chains have two to four certificates; longer ones are cut. */
const CHAIN_MAX = 10

/** Details of a server's certificate. */
export interface Certificate {
  subject: string
  issuer: string
  /** DNS names and IP addresses it is valid for. */
  names: string[]
  validFrom: Date
  expiresAt: Date
  /** Whole days until it expires; negative once it has. */
  daysLeft: number
  /** When the first certificate of the chain that the server sent expires; includes its root, if that is known. */
  chainExpiresAt: Date
  /** When the best chain that can be verified expires; undefined if none can. */
  verifiedExpiresAt: Date | undefined
  serial: string
  fingerprint: string
  /** Everything because of which it is not trusted, the most important first. */
  problems: Failure[]
}

/** Reads the server's certificate and decides whether it is trusted. */
export function readCertificate(socket: TLSSocket, host: string, trust: Trust, now = new Date()): Certificate {
  const leaf = socket.getPeerCertificate(true)
  const chain = chainOf(leaf)
  const expiresAt = new Date(leaf.valid_to)
  const verdict = verdictOf(socket)
  return {
    subject: nameOf(leaf.subject),
    issuer: nameOf(leaf.issuer),
    names: (leaf.subjectaltname ?? '').split(', ').filter(Boolean),
    validFrom: new Date(leaf.valid_from),
    expiresAt,
    daysLeft: Math.floor((expiresAt.getTime() - now.getTime()) / DAY_MS),
    chainExpiresAt: new Date(Math.min(...chain.map(({ valid_to }) => Date.parse(valid_to)))),
    serial: leaf.serialNumber,
    fingerprint: leaf.fingerprint256,
    verifiedExpiresAt: verdict ? undefined : verifiedExpiry(chain, trust, now),
    problems: problemsOf(verdict, chain, host, trust, now),
  }
}

/** OpenSSL's verdict on the chain; empty if it is valid. Names are checked here. */
function verdictOf(socket: TLSSocket): string {
  const verdict = String(socket.authorizationError ?? '')
  return verdict === 'ERR_TLS_CERT_ALTNAME_INVALID' ? '' : verdict
}

/** OpenSSL did verify the chain: if its root is not known here, whatever has expired was not needed for that. */
function verifiedExpiry(chain: DetailedPeerCertificate[], trust: Trust, now: Date): Date {
  const known = trust.expiryOf(rawOf(chain), now)
  const ends = chain.map(({ valid_to }) => Date.parse(valid_to)).filter(end => end >= now.getTime())
  return known ?? new Date(Math.min(...ends))
}

const rawOf = (chain: DetailedPeerCertificate[]) => chain.map(({ raw }) => raw)

/** OpenSSL reports only the last problem, and Node checks the name only on a valid chain, so all is checked here again. */
function problemsOf(
  verdict: string,
  chain: DetailedPeerCertificate[],
  host: string,
  trust: Trust,
  now: Date,
): Failure[] {
  const [leaf, ...above] = chain
  if (!leaf) return [{ code: 'tls_failed', message: 'The server presented no certificate' }]
  const isAboutDates = verdict === 'CERT_HAS_EXPIRED' || verdict === 'CERT_NOT_YET_VALID'
  const trustVerdict = isAboutDates ? hiddenVerdict(chain, trust) : verdict
  const dates = datesProblem(leaf, now)
  return [
    dates,
    isAboutDates && (!dates || hasBadDates(above, now)) ? linkProblem(above, now) : undefined,
    trustVerdict ? trustProblem(trustVerdict, chain) : undefined,
    hostProblem(leaf, host),
  ].filter(problem => problem !== undefined)
}

/**
 * What OpenSSL would have said of a chain without its dates. A root from `NODE_EXTRA_CA_CERTS` is not known here, so
 * nothing is said about a chain that has a root of its own.
 */
function hiddenVerdict(chain: DetailedPeerCertificate[], trust: Trust): string {
  const top = chain.at(-1)
  if (!top || trust.hasRoot(rawOf(chain))) return ''
  const isRoot = top.issuerCertificate === top
  if (isRoot) return chain.length === 1 ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : ''
  return chain.length === 1 ? 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' : 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'
}

function datesProblem(leaf: DetailedPeerCertificate, now: Date): Failure | undefined {
  const from = new Date(leaf.valid_from)
  const to = new Date(leaf.valid_to)
  if (now > to) return { code: 'tls_expired', message: `The certificate expired at ${to.toISOString()}` }
  if (now < from)
    return { code: 'tls_not_yet_valid', message: `The certificate is not valid before ${from.toISOString()}` }
  return undefined
}

const isBad = ({ valid_to, valid_from }: DetailedPeerCertificate, now: Date) =>
  now > new Date(valid_to) || now < new Date(valid_from)

const hasBadDates = (above: DetailedPeerCertificate[], now: Date) => above.some(link => isBad(link, now))

function linkProblem(above: DetailedPeerCertificate[], now: Date): Failure {
  const link = above.find(each => isBad(each, now))
  const name = link ? ` "${nameOf(link.subject)}" (valid ${link.valid_from} to ${link.valid_to})` : ''
  return { code: 'tls_chain_expired', message: `A certificate in the chain has expired or is not valid yet:${name}` }
}

function trustProblem(verdict: string, chain: DetailedPeerCertificate[]): Failure {
  const issuer = nameOf(chain.at(-1)?.issuer)
  switch (verdict) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return { code: 'tls_self_signed', message: 'The certificate is self-signed' }
    case 'SELF_SIGNED_CERT_IN_CHAIN':
      return { code: 'tls_untrusted_root', message: `The root certificate "${issuer}" is not trusted` }
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return {
        code: 'tls_missing_intermediate',
        message: `The server sends only its own certificate, and its issuer "${issuer}" is unknown: an intermediate certificate is missing`,
      }
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return { code: 'tls_untrusted_root', message: `The certificate chain ends at "${issuer}", which is not trusted` }
    default:
      return { code: 'tls_untrusted', message: `The certificate is not trusted (${verdict})` }
  }
}

function hostProblem(leaf: DetailedPeerCertificate, host: string): Failure | undefined {
  // Node still falls back to the common name; RFC 9525 section 2 and all browsers do not
  const wrong = leaf.subjectaltname
    ? checkServerIdentity(host, leaf)?.message
    : 'it contains no host name (subjectAltName)'
  return wrong ? { code: 'tls_wrong_host', message: `The certificate is not valid for ${host}: ${wrong}` } : undefined
}

/** From the server's certificate up. In Node, the root is its own issuer. */
export function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  let link: DetailedPeerCertificate | undefined = leaf
  while (link?.fingerprint256 && !chain.includes(link) && chain.length < CHAIN_MAX) {
    chain.push(link)
    link = link.issuerCertificate
  }
  return chain
}

/** The common name, or the closest substitute. A repeated field is an array. */
function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  return [name?.CN ?? name?.O ?? name?.OU ?? ''].flat().join(', ')
}
