import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { Failure } from './failure'

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
  /** When the first certificate in the chain expires, root included. */
  chainExpiresAt: Date
  serial: string
  fingerprint: string
  /** Why it is not trusted; undefined if it is. */
  problem?: Failure
}

/** Reads the server's certificate and decides whether it is trusted. */
export function readCertificate(socket: TLSSocket, host: string, now = new Date()): Certificate {
  const leaf = socket.getPeerCertificate(true)
  const chain = chainOf(leaf)
  const expiresAt = new Date(leaf.valid_to)
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
    problem: problemOf(String(socket.authorizationError ?? ''), chain, host, now),
  }
}

/** OpenSSL reports only the last problem, and Node checks the name only on a valid chain, so dates and names are checked here. */
function problemOf(verdict: string, chain: DetailedPeerCertificate[], host: string, now: Date): Failure | undefined {
  const [leaf, ...above] = chain
  if (!leaf) return { code: 'tls_failed', message: 'The server presented no certificate' }
  const dates = datesProblem(leaf, now)
  if (dates) return dates
  if (verdict === 'CERT_HAS_EXPIRED' || verdict === 'CERT_NOT_YET_VALID') return linkProblem(above, now)
  if (verdict && verdict !== 'ERR_TLS_CERT_ALTNAME_INVALID') return trustProblem(verdict, chain)
  return hostProblem(leaf, host)
}

function datesProblem(leaf: DetailedPeerCertificate, now: Date): Failure | undefined {
  const from = new Date(leaf.valid_from)
  const to = new Date(leaf.valid_to)
  if (now > to) return { code: 'tls_expired', message: `The certificate expired at ${to.toISOString()}` }
  if (now < from)
    return { code: 'tls_not_yet_valid', message: `The certificate is not valid before ${from.toISOString()}` }
  return undefined
}

function linkProblem(above: DetailedPeerCertificate[], now: Date): Failure {
  const link = above.find(({ valid_to, valid_from }) => now > new Date(valid_to) || now < new Date(valid_from))
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
function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
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
