import { readFileSync } from 'node:fs'
import { decodeText } from '../text/decode'
import { wrongUsage } from './exit'

/**
 * The text that an operand names.
 * @param operand `@file`, or `-` for the standard input
 * @throws Failure if it cannot be read or is in another encoding, which would corrupt the text silently
 */
export function readText(operand: string): string {
  const path = operand === '-' ? 0 : operand.slice(1)
  const name = path === 0 ? 'The standard input' : path
  const bytes = bytesOf(path, name)
  try {
    return decodeText(bytes, { fatal: true })
  } catch {
    throw wrongUsage(`${name} is not text in UTF-8, nor in UTF-16 with a byte order mark. Save it as UTF-8.`)
  }
}

function bytesOf(path: string | 0, name: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw wrongUsage(`${name} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
