import type { Facts, Level, Log } from './log'

/** Lines per message and window. */
const LINES_MAX = 20
const WINDOW_MS = 60_000
/** Further messages are counted together. */
const MESSAGES_MAX = 500
const OTHERS = 'Other log lines'

interface Count {
  lines: number
  level: Level
}

/**
 * Limits log lines that unauthenticated clients can trigger: prints the first 20 lines with the same message per minute, and at the
 * end of the minute how many were dropped. Debug lines are not limited.
 */
export function limitedLog(log: Log): Log {
  const counts = new Map<string, Count>()

  function begin(message: string, level: Level): Count {
    const count = { lines: 0, level }
    counts.set(message, count)
    setTimeout(() => end(message, count), WINDOW_MS).unref()
    return count
  }

  function end(message: string, { lines, level }: Count) {
    counts.delete(message)
    const dropped = lines - LINES_MAX
    if (dropped > 0) log[level](`${message}: ${dropped} more within a minute`, { left_out: dropped })
  }

  const at = (level: Level) => (message: string, facts?: Facts) => {
    const name = counts.has(message) || counts.size < MESSAGES_MAX ? message : OTHERS
    const count = counts.get(name) ?? begin(name, level)
    if (count.lines++ < LINES_MAX) log[level](message, facts)
  }
  return {
    debug: (message, facts) => log.debug(message, facts),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: facts => limitedLog(log.child(facts)),
  }
}
