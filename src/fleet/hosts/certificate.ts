import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates that agents must be given to trust ours, because its chain ends in itself. One of a public authority
 * is shown without the authority's own, which agents have, and would not be enough to be trusted by itself.
 * @param path of a PEM file that the server has started with
 * @returns PEM; nothing when agents trust ours by themselves
 */
export async function certificatesToPin(path: string): Promise<string | undefined> {
  const chain = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
  const last = chain.at(-1)
  if (!last) return undefined
  const { issuer, subject } = new X509Certificate(last)
  return issuer === subject ? chain.join('\n').replaceAll('\r', '') : undefined
}
