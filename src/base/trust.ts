import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { Lru } from './lru'

/** Chains whose verification is remembered: checking signatures takes most of the time. */
const KNOWN_MAX = 2_000
/** Certificates looked at per chain: a hostile server could send many that all seem to issue each other. */
const LINKS_MAX = 50

/** From when until when all certificates of a way to a root are valid, in milliseconds. */
interface Span {
  from: number
  to: number
}

/**
 * Finds the ways from a server's certificate to a trusted root. OpenSSL only says whether there is one, and Node gives
 * the chain as it was sent, which may include a certificate that has expired and that no client needs.
 */
export class Trust {
  private readonly known = new Lru<string, Span[]>(KNOWN_MAX)
  private roots: Map<string, X509Certificate[]> | undefined

  /** @param extraRoots root certificates (PEM) trusted in addition to Node's */
  constructor(private readonly extraRoots: readonly string[] = []) {}

  /**
   * When the chain that is valid longest expires.
   * @param chain the server's certificate, and others that may lead to a root, as DER
   * @returns undefined if none leads to a root that is known here; authorities of `NODE_EXTRA_CA_CERTS` are not
   */
  expiryOf(chain: readonly Buffer[], now: Date): Date | undefined {
    const ends = this.spansOf(chain).flatMap(({ from, to }) => (from <= now.getTime() && now.getTime() <= to ? to : []))
    return ends.length ? new Date(Math.max(...ends)) : undefined
  }

  /** Whether some way leads to a trusted root, if dates are ignored. */
  hasRoot = (chain: readonly Buffer[]) => this.spansOf(chain).length > 0

  private spansOf(chain: readonly Buffer[]): Span[] {
    const certificates = chain.map(raw => new X509Certificate(raw))
    const key = certificates.map(({ fingerprint256 }) => fingerprint256).join()
    const spans = this.known.get(key) ?? this.findSpans(certificates)
    this.known.set(key, spans)
    return spans
  }

  private findSpans([leaf, ...others]: X509Certificate[]): Span[] {
    const spans: Span[] = []
    const open = leaf ? [{ link: leaf, span: spanOf(leaf), others }] : []
    for (let seen = 0; seen < LINKS_MAX; seen++) {
      const at = open.shift()
      if (!at) break
      for (const root of this.rootsNamed(at.link.issuer)) {
        if (isIssuedBy(at.link, root)) spans.push(spanOf(root, at.span))
      }
      for (const issuer of at.others.filter(other => isIssuedBy(at.link, other))) {
        open.push({ link: issuer, span: spanOf(issuer, at.span), others: at.others.filter(other => other !== issuer) })
      }
    }
    return spans
  }

  private rootsNamed(subject: string): X509Certificate[] {
    this.roots ??= bySubject([...rootCertificates, ...this.extraRoots])
    return this.roots.get(subject) ?? []
  }
}

function bySubject(pems: readonly string[]): Map<string, X509Certificate[]> {
  const found = new Map<string, X509Certificate[]>()
  for (const root of pems.map(pem => new X509Certificate(pem))) {
    found.set(root.subject, [...(found.get(root.subject) ?? []), root])
  }
  return found
}

const spanOf = ({ validFrom, validTo }: X509Certificate, within?: Span): Span => ({
  from: Math.max(within?.from ?? 0, Date.parse(validFrom)),
  to: Math.min(within?.to ?? Number.POSITIVE_INFINITY, Date.parse(validTo)),
})

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
