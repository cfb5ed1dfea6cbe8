import { urlFrom } from '../../../text/url'
import { type PathPattern, pathOf, pathPattern } from './path-pattern'
import { productToken } from './product-token'
import type { Robots, RobotsDecision, RobotsProblem } from './robots'
import { type RobotsLine, robotsLines } from './robots-lines'

/** RFC 9309 section 2.5: at least 500 KiB are read. Rules after that are ignored. */
export const BYTES_MAX = 500 * 1024
/** Rules with `*`; no known site has nearly as many. */
const WILDCARDS_MAX = 2_000
const PROBLEMS_MAX = 200
const PROBLEM_TEXT_MAX = 200

interface RuleLine {
  path: string
  allowed: boolean
  text: string
  line: number
}

type Rule = RuleLine & PathPattern

/** Lines from `User-agent` lines to the next ones. */
interface Group {
  agents: string[]
  rules: RuleLine[]
  /** The first that is a number. */
  crawlDelaySeconds: number | null
}

interface Reading {
  groups: Group[]
  /** Whether `User-agent` lines still add to the last group: no rule has followed yet. */
  isOpen: boolean
  sitemaps: Set<string>
  problems: RobotsProblem[]
}

/**
 * Reads a robots.txt. Nothing in it is an error: what is not understood is ignored and listed.
 * @param token the crawler's product token, such as `Tailrace`; see `productToken`
 */
export function parseRobots(text: string, token: string): Robots {
  const reading: Reading = { groups: [], isOpen: false, sitemaps: new Set(), problems: [] }
  for (const line of robotsLines(withinCap(text, reading))) {
    if (line.problem) note(reading, line, line.problem)
    if (line.key) readers[line.key](reading, line)
  }
  const { groups, agents } = groupsOf(reading.groups, token)
  const lines = groups.flatMap(group => group.rules)
  const rules = inOrder(withoutExcess(reading, lines).map(line => ({ ...line, ...pathPattern(line.path) })))
  return {
    decide: url => decide(rules, url),
    crawlDelaySeconds: groups.find(group => group.crawlDelaySeconds !== null)?.crawlDelaySeconds ?? null,
    sitemaps: [...reading.sitemaps],
    agents,
    problems: shown(reading.problems),
  }
}

/** The longest first, so that the first match decides; of equal ones, those that allow (RFC 9309 section 2.2.2). */
function inOrder(rules: readonly Rule[]): Rule[] {
  const byPattern = new Map<string, Rule>()
  for (const rule of rules) {
    const same = byPattern.get(rule.normalized)
    if (!same || (rule.allowed && !same.allowed)) byPattern.set(rule.normalized, rule)
  }
  const allowing = ({ allowed }: Rule) => Number(allowed)
  const lengthOf = ({ normalized }: Rule) => normalized.length
  return [...byPattern.values()].sort(
    (one, other) => lengthOf(other) - lengthOf(one) || allowing(other) - allowing(one),
  )
}

/** A file that is made to keep the crawler busy would otherwise cost seconds for each URL. */
function withoutExcess(reading: Reading, rules: readonly RuleLine[]): RuleLine[] {
  const excess = new Set(rules.filter(({ path }) => path.includes('*')).slice(WILDCARDS_MAX))
  const [first] = excess
  if (!first) return [...rules]
  const message = `This rule and ${excess.size - 1} after it are ignored: only ${WILDCARDS_MAX} rules with "*" are applied.`
  note(reading, { number: first.line, text: first.text }, message)
  return rules.filter(rule => !excess.has(rule))
}

function decide(rules: readonly Rule[], url: string): RobotsDecision {
  const path = pathOf(url)
  // section 2.2.2: implicitly allowed
  const rule = path === '/robots.txt' ? undefined : rules.find(({ matches }) => matches(path))
  return rule ? { allowed: rule.allowed, rule: rule.text, line: rule.line } : { allowed: true, rule: null, line: null }
}

/** A line that is cut at the cap could mean more than it says: it is ignored. */
function withinCap(text: string, reading: Reading): string {
  if (text.length <= BYTES_MAX) return text
  const complete = text.slice(0, 1 + Math.max(text.lastIndexOf('\n', BYTES_MAX), text.lastIndexOf('\r', BYTES_MAX)))
  const line = complete.split(/\r\n|\r|\n/).length
  note(reading, { number: line, text: '' }, 'This line and all after it are ignored: only the first 500 KiB are read.')
  return complete
}

const readers: Record<RobotsLine['key'], (reading: Reading, line: RobotsLine) => void> = {
  'user-agent': (reading, line) => {
    const agent = agentOf(line.value)
    if (!agent) note(reading, line, 'It names no crawler: a name has letters, "-" and "_", or is "*".')
    else if (agent !== line.value) note(reading, line, `Only "${agent}" counts: names have letters, "-" and "_".`)
    const open = reading.isOpen ? reading.groups.at(-1) : undefined
    if (open) open.agents.push(line.value)
    else reading.groups.push({ agents: [line.value], rules: [], crawlDelaySeconds: null })
    reading.isOpen = true
  },
  allow: readRule,
  disallow: readRule,
  'crawl-delay': (reading, line) => {
    const group = groupOf(reading, line)
    if (!group) return
    if (!/^(\d{1,9}(\.\d*)?|\.\d+)$/.test(line.value)) note(reading, line, 'The delay must be a number of seconds.')
    else if (group.crawlDelaySeconds === null) group.crawlDelaySeconds = Number(line.value)
    else note(reading, line, 'Only the first delay of a group counts.')
  },
  sitemap: (reading, line) => {
    const url = /^https?:\/\//i.test(line.value) ? urlFrom(line.value) : undefined
    if (url) reading.sitemaps.add(url.href)
    else note(reading, line, 'A sitemap must be given by its whole address, with http:// or https://.')
  },
}

function readRule(reading: Reading, line: RobotsLine) {
  const group = groupOf(reading, line)
  if (!group) return
  reading.isOpen = false
  const { key, value, text, number } = line
  if (!value) return // it allows or disallows nothing
  if (!/^[/*]/.test(value)) return note(reading, line, 'It matches nothing: a path begins with "/" or "*".')
  const allowed = key === 'allow'
  group.rules.push({ path: value, allowed, text, line: number })
  const folder = allowed && folderOfIndex(value)
  if (folder) group.rules.push({ path: folder, allowed, text, line: number })
}

/** As Google does: who allows the index file of a folder also means the folder as servers show it. */
const folderOfIndex = (path: string) => /^(.*\/)index\.html?$/.exec(path)?.[1]?.concat('$')

function groupOf(reading: Reading, line: RobotsLine): Group | undefined {
  const group = reading.groups.at(-1)
  if (!group) note(reading, line, 'It is ignored: it comes before the first "User-agent" line.')
  return group
}

/** All groups that name the crawler, as if they were one; those of `*` if there are none (RFC 9309 section 2.2.1). */
function groupsOf(groups: readonly Group[], token: string): { groups: Group[]; agents: string[] } {
  const own = token.toLowerCase()
  return (own && groupsNaming(groups, own)) || groupsNaming(groups, '*') || { groups: [], agents: [] }
}

function groupsNaming(all: readonly Group[], name: string): { groups: Group[]; agents: string[] } | undefined {
  const names = (agent: string) => agentOf(agent).toLowerCase() === name
  const groups = all.filter(({ agents }) => agents.some(names))
  if (groups.length === 0) return undefined
  return { groups, agents: [...new Set(groups.flatMap(({ agents }) => agents.filter(names)))] }
}

/** `*` may be followed by other words, like a name. */
const agentOf = (value: string) => (/^\*(\s|$)/.test(value) ? '*' : productToken(value))

function note(reading: Reading, { number, text }: { number: number; text: string }, message: string) {
  reading.problems.push({ line: number, text: text.slice(0, PROBLEM_TEXT_MAX).toWellFormed(), message })
}

function shown(problems: readonly RobotsProblem[]): RobotsProblem[] {
  const sorted = problems.toSorted((one, other) => one.line - other.line)
  const first = sorted[PROBLEMS_MAX]
  if (!first) return sorted
  const more = `${sorted.length - PROBLEMS_MAX} more problems, from this line on, are not listed.`
  return [...sorted.slice(0, PROBLEMS_MAX), { ...first, message: more }]
}
