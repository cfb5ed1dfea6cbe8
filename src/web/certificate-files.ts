import { X509Certificate } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'

/** Paths of PEM files: OSQUERY_TLS_CERT, with the chain behind the certificate, and OSQUERY_TLS_KEY. */
export interface TlsFiles {
  cert: string
  key: string
}

export interface Pem {
  cert: Buffer
  key: Buffer
}

/** How often the files are looked at. By their state rather than by notifications, which miss what lies behind symbolic links. */
const LOOK_MS = 5_000

/**
 * Reads both files.
 * @throws StartError that names the setting
 */
export async function readPem(files: TlsFiles): Promise<Pem> {
  const [cert, key] = await Promise.all([
    readSetting('OSQUERY_TLS_CERT', files.cert),
    readSetting('OSQUERY_TLS_KEY', files.key),
  ])
  check('OSQUERY_TLS_CERT', files.cert, () => createSecureContext({ cert }), 'is no PEM file of a certificate')
  check('OSQUERY_TLS_KEY', files.key, () => createSecureContext({ key }), 'is no PEM file of a key without passphrase')
  const isPair = () => createSecureContext({ cert, key })
  check('OSQUERY_TLS_KEY', files.key, isPair, `is not the key of the certificate ${files.cert}`)
  return { cert, key }
}

async function readSetting(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new StartError(`${setting}: ${path} cannot be read: ${messageOf(error)}`)
  }
}

function check(setting: string, path: string, attempt: () => unknown, problem: string) {
  try {
    attempt()
  } catch (error) {
    throw new StartError(`${setting}: ${path} ${problem} (${messageOf(error)}).`)
  }
}

/**
 * Reads the files again when they change, as renewal does. A pair that does not fit, which is so while one file is new and the other is not yet, is
 * not used: the one before stays.
 * @returns ends it
 */
export function watchPem(files: TlsFiles, log: Log, use: (pem: Pem) => void, lookMs = LOOK_MS): () => void {
  const renew = async () => {
    try {
      const pem = await readPem(files)
      use(pem)
      log.info('The TLS certificate was read again', { valid_to: new X509Certificate(pem.cert).validTo })
    } catch (error) {
      log.warn('The TLS certificate has changed and cannot be used; the one before stays', { error: messageOf(error) })
    }
  }
  const paths = [...new Set(Object.values(files) as string[])]
  const onChange = () => void renew()
  for (const path of paths) watchFile(path, { interval: lookMs, persistent: false }, onChange)
  return () => {
    for (const path of paths) unwatchFile(path, onChange)
  }
}
