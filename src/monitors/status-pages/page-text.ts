import { clean } from '../../../text/display'
import { escapeHtml } from '../../../text/html'
import { formatUtc } from '../../../text/times'
import type { PublicStatus } from '../../contract/status-pages'
import type { MonitorStatus } from './public-status'

/** Text of people as HTML, on one line. */
export const shown = (text: string) => escapeHtml(clean(text))

/** The same with its line breaks. */
export const shownLines = (text: string) => escapeHtml(clean(text, true)).replaceAll('\n', '<br />')

/** A time to the minute, in UTC. */
export const shownTime = (iso: string) =>
  `<time datetime="${iso}" title="${formatUtc(iso)}">${formatUtc(iso).slice(0, 16)} UTC</time>`

export const STATUS_WORDS: Record<MonitorStatus, string> = {
  up: 'Up',
  down: 'Down',
  pending: 'Pending',
  paused: 'Paused',
  maintenance: 'Maintenance',
}

/** The state of everything on a page, as a sentence. */
export const SENTENCES: Record<PublicStatus['status'], string> = {
  up: 'Everything is up.',
  degraded: 'Some systems are down.',
  down: 'Everything is down.',
  maintenance: 'Maintenance is under way.',
  unknown: 'There is no data yet.',
}

/** A percentage with at most two decimal places, rounded down: `99.98%`, `100%`. */
export const formatUptime = (percent: number) => `${Math.floor(percent * 100 + 1e-6) / 100}%`
