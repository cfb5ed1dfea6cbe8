import { createInterface } from 'node:readline'
import { wrongUsage } from './exit'

/**
 * Asks on the terminal.
 * @returns whether the answer is yes
 * @throws Failure if there is no terminal to ask on
 */
export async function confirm(question: string): Promise<boolean> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) throw wrongUsage('There is no terminal to ask on. Give --yes to apply the changes.')
  stderr.write(`${question} [y/N] `)
  const lines = createInterface({ input: stdin, terminal: false })
  try {
    for await (const line of lines) return /^\s*y(es)?\s*$/i.test(line)
    return false
  } finally {
    lines.close()
  }
}
