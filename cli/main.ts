#!/usr/bin/env node
import { dirname } from 'node:path'
import { EXIT } from './exit'
import { createTerminal } from './output/terminal'
import { runProgram } from './program'

const { stdout, stderr, env, argv } = process
let hint = () => ''
let firstInterrupt: (() => void) | undefined
let outcomeRequired = false

stdout.on('error', exitWithoutOutput)
stderr.on('error', () => undefined) // there is nowhere left to report it

const terminal = createTerminal(env, stdout, stderr)
process.on('SIGINT', () => {
  const act = firstInterrupt
  firstInterrupt = undefined
  if (act) return act()
  const said = hint()
  if (said) terminal.note(`\n${said}`)
  process.exit(EXIT.interrupted)
})

const finished = runProgram({
  args: argv.slice(2),
  env,
  root: dirname(dirname(__dirname)), // from dist/cli
  terminal,
  onInterrupt: says => {
    hint = says
  },
  onFirstInterrupt: act => {
    firstInterrupt = act
  },
  requireOutcome: () => {
    outcomeRequired = true
  },
})
finished.then(
  // Exits although idle connections are open, but only after all output was written or an error was reported.
  code => stdout.write('', () => setImmediate(() => process.exit(code))),
  error => {
    stderr.write(`tailrace failed because of a bug: ${error instanceof Error ? error.stack : error}\n`)
    process.exit(EXIT.failed)
  },
)

/** With `| head`, a closed output is not a failure, unless the outcome was requested and is not known yet. */
function exitWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(outcomeRequired ? EXIT.outputClosed : EXIT.ok)
  terminal.note(`The output could not be written (${error.message}) and is incomplete.`)
  process.exit(EXIT.failed)
}
