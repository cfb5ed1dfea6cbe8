import type { Facts, Level, Log } from './log'

/** Of one message in one window. */
const LINES_MAX = 20
const WINDOW_MS = 60_000
/** Messages beyond are counted together. */
const MESSAGES_MAX = 500
const OTHERS = 'Other lines of this kind'

interface Count {
  lines: number
  level: Level
}

/**
 * A log for what anybody can make the program say at will: prints the first 20 lines with one message within a minute, and at its end how many
 * more there were. Debug lines are for whoever asked for all of them.
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
    const left = lines - LINES_MAX
    if (left > 0) log[level](`${message}: ${left} more within a minute`, { left_out: left })
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
