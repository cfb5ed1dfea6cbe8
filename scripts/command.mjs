import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ROOT } from './root.mjs'

/**
 * Runs a command to its end, with our terminal. Signals to this program go on to the command, so that nothing is
 * left behind.
 * @returns {Promise<number>} its exit code; 128 + number when a signal ended it, as shells have it
 */
export function run(file, args, { env = process.env, stdio = 'inherit', onStart } = {}) {
  return new Promise(resolve => {
    const child = spawn(file, args, { cwd: ROOT, env, stdio })
    const pass = signal => child.kill(signal)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, pass)
    const end = code => {
      for (const signal of signals) process.off(signal, pass)
      resolve(code)
    }
    child.once('error', () => end(127))
    child.once('exit', (code, signal) => end(code ?? 128 + constants.signals[signal]))
    onStart?.(child)
  })
}

/** Like `run`, but ends this program when the command fails. */
export async function must(file, args, options) {
  const code = await run(file, args, options)
  if (code !== 0) process.exit(code)
}
