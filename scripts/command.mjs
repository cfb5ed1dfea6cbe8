import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT } from './root.mjs'

/**
 * Runs a command in our terminal until it exits. Signals are forwarded to the command, so that it does not outlive us.
 * @returns {Promise<number>} its exit code, or as in shells 128 + signal number if a signal ended it
 */
export function run(file, args, { env = process.env, stdio = 'inherit', onStart } = {}) {
  return new Promise(resolve => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio })
    const forward = signal => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, forward)
    const end = code => {
      for (const signal of signals) process.off(signal, forward)
      resolve(code)
    }
    child.once('error', () => end(127))
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]))
    onStart?.(child)
  })
}

/** Like `run`, but exits if the command fails. */
export async function must(file, args, options) {
  const code = await run(file, args, options)
  if (code !== 0) process.exit(code)
}
