/** A parsed robots.txt (RFC 9309), for one product token. */
export interface Robots {
  /** @param url absolute; path and query count */
  decide(url: string): RobotsDecision
  /** Null: none is given, or it is no number. */
  crawlDelaySeconds: number | null
  /** Absolute URLs. */
  sitemaps: readonly string[]
  /** As written, of the groups that apply; empty if none does. */
  agents: readonly string[]
  /** Lines that are ignored, or not understood as written. */
  problems: readonly RobotsProblem[]
}

export interface RobotsDecision {
  allowed: boolean
  /** The rule that decided, as written, such as `Disallow: /private`; null: none matches. */
  rule: string | null
  /** From 1. */
  line: number | null
}

export interface RobotsProblem {
  /** From 1. */
  line: number
  text: string
  message: string
}
