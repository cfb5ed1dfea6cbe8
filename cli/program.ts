import { createApi } from './api'
import type { Context } from './command'
import { commands } from './commands'
import { EXIT, Failure, wrongUsage } from './exit'
import { helpFor, overview } from './help'
import { didYouMean } from './near'
import type { Terminal } from './output/terminal'
import { parseCommand, refuseToken } from './parse'
import { readSettings, type Settings } from './settings'

export interface Program {
  args: readonly string[]
  env: NodeJS.ProcessEnv
  root: string
  terminal: Terminal
  onInterrupt: Context['onInterrupt']
  onFirstInterrupt: Context['onFirstInterrupt']
  requireOutcome: Context['requireOutcome']
}

/** Runs one command. @returns the exit code */
export async function runProgram(program: Program): Promise<number> {
  const { terminal } = program
  try {
    return await dispatch(program)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    terminal.note(error.message)
    return error.exitCode
  }
}

async function dispatch(program: Program): Promise<number> {
  const { terminal } = program
  const [name, ...args] = program.args
  if (name === undefined) throw wrongUsage(overview())
  if (name === '--version') return dispatch({ ...program, args: ['version'] })
  if (name === 'help' || name === '--help' || name === '-h') return help(terminal, args[0])
  refuseToken([name])
  const command = commandNamed(name)
  const { values, operands } = parseCommand(command, args)
  if (values.help) return help(terminal, name)
  return command.run(contextOf(program, typeof values.url === 'string' ? values.url : undefined), { values, operands })
}

function help(terminal: Terminal, name: string | undefined): number {
  terminal.write(name === undefined || name === 'help' ? overview() : helpFor(commandNamed(name)))
  return EXIT.ok
}

function commandNamed(name: string) {
  const command = commands.find(each => each.name === name)
  if (command) return command
  if (name.startsWith('-')) throw wrongUsage('Options come after the command. See: tailrace help')
  const names = [...commands.map(each => each.name), 'help']
  throw wrongUsage(`There is no command "${name}".${didYouMean(name, names)} Commands: ${names.join(', ')}`)
}

/** Settings are read lazily, because `help`, `version` and `login` must work with invalid ones. */
function contextOf({ env, root, ...program }: Program, url: string | undefined): Context {
  let settings: Settings | undefined
  return {
    ...{ env, url, terminal: program.terminal, requireOutcome: program.requireOutcome },
    ...{ onInterrupt: program.onInterrupt, onFirstInterrupt: program.onFirstInterrupt },
    get settings() {
      settings ??= readSettings({ env, root, url })
      return settings
    },
    get api() {
      return createApi(this.settings)
    },
  }
}
