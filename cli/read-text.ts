import { readFileSync } from 'node:fs'
import { decodeText } from '../text/decode'
import { wrongUsage } from './exit'

/**
 * The text that an operand names.
 * @param operand `@file`, or `-` for the standard input
 * @throws Failure when it cannot be read
 */
export function readText(operand: string): string {
  const path = operand === '-' ? 0 : operand.slice(1)
  try {
    return decodeText(readFileSync(path))
  } catch (error) {
    const name = path === 0 ? 'The standard input' : path
    throw wrongUsage(`${name} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
}
