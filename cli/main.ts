#!/usr/bin/env node
import { dirname } from 'node:path'
import { EXIT } from './exit'
import { createTerminal } from './output/terminal'
import { runProgram } from './program'

const { stdout, stderr, env, argv } = process
let hint = () => ''
let owesOutcome = false

stdout.on('error', endWithoutOutput)
stderr.on('error', () => undefined) // nobody is left to tell that nobody is left

const terminal = createTerminal(env, stdout, stderr)
process.on('SIGINT', () => {
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
  owesOutcome: () => {
    owesOutcome = true
  },
})
finished.then(
  // an idle connection to the server must not keep us, what is written must arrive
  code => stdout.write('', () => setImmediate(() => process.exit(code))), // an error of an earlier write is told first
  error => {
    stderr.write(`tailrace failed; this is a fault of the program: ${error instanceof Error ? error.stack : error}\n`)
    process.exit(EXIT.failed)
  },
)

/** `| head` has read enough: that is no failure, and nobody is left to tell. But an outcome that was asked for is not known. */
function endWithoutOutput(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(owesOutcome ? EXIT.cutOff : EXIT.ok)
  terminal.note(`The output could not be written (${error.message}): what is there is not all.`)
  process.exit(EXIT.failed)
}
