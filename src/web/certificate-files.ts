import { X509Certificate } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createSecureContext } from 'node:tls'
import { messageOf, StartError } from '../base/errors'
import type { Log } from '../base/log'

/** Paths of PEM files: OSQUERY_TLS_CERT, the certificate followed by its chain, and OSQUERY_TLS_KEY. */
export interface TlsFiles {
  cert: string
  key: string
}

export interface Pem {
  cert: Buffer
  key: Buffer
}

/** Files are polled rather than watched, because change notifications miss the targets of symbolic links. */
const POLL_MS = 5_000

/**
 * Reads both files.
 * @throws StartError that names the setting
 */
export async function readPem(files: TlsFiles): Promise<Pem> {
  const [cert, key] = await Promise.all([
    readSetting('OSQUERY_TLS_CERT', files.cert),
    readSetting('OSQUERY_TLS_KEY', files.key),
  ])
  check('OSQUERY_TLS_CERT', files.cert, () => createSecureContext({ cert }), 'is not a certificate in PEM format')
  check(
    'OSQUERY_TLS_KEY',
    files.key,
    () => createSecureContext({ key }),
    'is not an unencrypted private key in PEM format',
  )
  const createPair = () => createSecureContext({ cert, key })
  check('OSQUERY_TLS_KEY', files.key, createPair, `does not match the certificate ${files.cert}`)
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
 * Reloads the files when they change. A certificate and key that do not match, as happens while a renewal has replaced only one of them,
 * are ignored and the previous pair stays in use.
 * @returns a function that stops watching
 */
export function watchPem(files: TlsFiles, log: Log, use: (pem: Pem) => void, pollMs = POLL_MS): () => void {
  const reload = async () => {
    try {
      const pem = await readPem(files)
      use(pem)
      log.info('Reloaded the TLS certificate', { valid_to: new X509Certificate(pem.cert).validTo })
    } catch (error) {
      log.warn('The changed TLS certificate cannot be used; keeping the previous one', { error: messageOf(error) })
    }
  }
  const paths = [...new Set(Object.values(files) as string[])]
  const onChange = () => void reload()
  for (const path of paths) watchFile(path, { interval: pollMs, persistent: false }, onChange)
  return () => {
    for (const path of paths) unwatchFile(path, onChange)
  }
}
