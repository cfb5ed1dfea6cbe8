import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * The certificates that agents need in order to trust this server, if its chain ends in a self-signed one. A chain of a
 * public authority comes without its root, which agents already have.
 * @param path of the server's PEM file
 * @returns PEM; nothing when agents trust the certificate by themselves
 */
export async function certificatesToPin(path: string): Promise<string | undefined> {
  const chain = (await readFile(path, 'utf8')).match(CERTIFICATE) ?? []
  const last = chain.at(-1)
  if (!last) return undefined
  const { issuer, subject } = new X509Certificate(last)
  return issuer === subject ? chain.join('\n').replaceAll('\r', '') : undefined
}
