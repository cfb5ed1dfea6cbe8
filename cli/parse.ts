import { parseArgs } from 'node:util'
import type { Command, RawValues } from './command'
import { wrongUsage } from './exit'
import { COMMON_OPTIONS } from './help'

export interface Parsed {
  values: RawValues
  operands: string[]
}

/** @throws Failure for arguments that the command does not accept; it never quotes a value */
export function parseCommand({ name, options, count, operands }: Command, args: readonly string[]): Parsed {
  refuseToken(args)
  const { values, positionals } = withUsageHint(name, () =>
    parseArgs({ args: [...args], options: typesOf({ ...options, ...COMMON_OPTIONS }), allowPositionals: true }),
  )
  const [least, most] = count
  const isComplete = values.help === true || (positionals.length >= least && positionals.length <= most)
  if (!isComplete) throw wrongUsage(`Usage: ${`tailrace ${name} ${operands}`.trim()}\nSee: tailrace help ${name}`)
  return { values: values as Parsed['values'], operands: positionals }
}

const typesOf = (options: Command['options']) =>
  Object.fromEntries(Object.entries(options).map(([name, { type, multiple = false }]) => [name, { type, multiple }]))

function withUsageHint<T>(name: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s|\n/)
    throw wrongUsage(`${first}.\nSee: tailrace help ${name}`)
  }
}

export function refuseToken(args: readonly string[]): void {
  const end = args.indexOf('--')
  const before = end === -1 ? args : args.slice(0, end)
  if (!before.some(arg => /^--?(token|password|secret)(=|$)/i.test(arg))) return
  throw wrongUsage(
    `Tokens are not accepted as arguments: everybody on this machine can see those (ps), and the shell keeps them in its
history. Set TAILRACE_TOKEN, or run "tailrace login". If this was a real token, revoke it.`,
  )
}
