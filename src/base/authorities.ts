import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { messageOf } from './errors'

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Reads a PEM file of CA certificates.
 * @param setting what names the file, for the error message
 * @throws Error that says why the file cannot be used
 */
export function readAuthorities(file: string, setting: string): string {
  try {
    const pem = readFileSync(file, 'utf8')
    const certificates = pem.match(CERTIFICATES) ?? []
    if (!certificates.length) throw new Error(`${file} has no certificate`)
    for (const each of certificates) new X509Certificate(each)
    return pem
  } catch (error) {
    throw new Error(`${setting} must be the path of a PEM file of CA certificates: ${messageOf(error)}`)
  }
}
