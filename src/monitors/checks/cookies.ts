/** As many as browsers keep for one host (RFC 6265 section 6.1). */
const PER_HOST_MAX = 50
const COOKIE_BYTES_MAX = 4_096

interface Cookie {
  value: string
  secure: boolean
}

/**
 * Keeps cookies from redirect to redirect within one check: many sign-in and consent pages redirect for ever without.
 * Only what that needs of RFC 6265: each cookie goes back to the very host that set it, `Secure` ones only over TLS,
 * and one that has expired is dropped. Paths and domains are not read.
 */
export function createCookies() {
  const hosts = new Map<string, Map<string, Cookie>>()

  return {
    /** Takes the `Set-Cookie` headers of a response. */
    keep(url: URL, headers: readonly string[] = []) {
      const jar = hosts.get(url.hostname) ?? new Map<string, Cookie>()
      hosts.set(url.hostname, jar)
      for (const header of headers) {
        const { name, expired, ...cookie } = read(header)
        if (!name || header.length > COOKIE_BYTES_MAX) continue
        if (expired) jar.delete(name)
        else if (jar.has(name) || jar.size < PER_HOST_MAX) jar.set(name, cookie)
      }
    },

    /** The `Cookie` header for a request, if there is one to send. */
    header(url: URL): string | undefined {
      const jar = [...(hosts.get(url.hostname) ?? [])]
      const fitting = jar.filter(([, { secure }]) => !secure || url.protocol === 'https:')
      return fitting.map(([name, { value }]) => `${name}=${value}`).join('; ') || undefined
    },
  }
}

function read(header: string) {
  const [pair = '', ...attributes] = header.split(';').map(part => part.trim())
  const split = pair.indexOf('=')
  const values = new Map(attributes.map(text => [nameOf(text), text.slice(text.indexOf('=') + 1)]))
  const age = values.get('max-age')
  const expires = Date.parse(values.get('expires') ?? '')
  return {
    name: split > 0 ? pair.slice(0, split) : '',
    value: pair.slice(split + 1),
    secure: values.has('secure'),
    expired: age === undefined ? expires < Date.now() : Number(age) <= 0, // max-age goes before expires
  }
}

const nameOf = (attribute: string) => (attribute.split('=')[0] ?? '').trim().toLowerCase()
