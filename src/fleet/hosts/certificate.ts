import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Whether agents can only trust this certificate when they are given it: its chain ends in itself. One of a public
 * authority is shown without the authority's own, which agents have, and would not be enough to be trusted by itself.
 * @param path of a PEM file that the server has started with
 */
export async function isOwnAuthority(path: string): Promise<boolean> {
  const chain = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
  const last = chain.at(-1)
  if (!last) return false
  const { issuer, subject } = new X509Certificate(last)
  return issuer === subject
}
