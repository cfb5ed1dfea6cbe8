import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates that agents need in order to trust this server, if its chain ends in a self-signed one. Chains of
 * public authorities come without their root, which agents already have.
 * @param path the server's PEM file
 * @returns PEM; undefined if agents trust the certificate by default
 */
export async function certificatesToPin(path: string): Promise<string | undefined> {
  const chain = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
  const last = chain.at(-1)
  if (!last) return undefined
  const { issuer, subject } = new X509Certificate(last)
  return issuer === subject ? chain.join('\n').replaceAll('\r', '') : undefined
}
