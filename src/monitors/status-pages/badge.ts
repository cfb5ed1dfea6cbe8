import { clean } from '../../../text/display'
import { escapeHtml } from '../../../text/html'
import { formatUptime, STATUS_WORDS } from './page-text'
import type { MonitorStatus } from './public-status'

const LABEL_MAX = 100
const PAD = 6
const HEIGHT = 20

const GREEN = '#2e7d32'
const AMBER = '#a15c00'
const RED = '#c62828'
const BLUE = '#1565c0'
const GREY = '#616b70'
const COLORS: Record<MonitorStatus, string> = {
  up: GREEN,
  down: RED,
  pending: GREY,
  paused: GREY,
  maintenance: BLUE,
}

/** Least uptimes, in percent, for a color. */
const GOOD_PERCENT = 99.9
const FAIR_PERCENT = 99

export const statusBadge = (label: string, status: MonitorStatus) =>
  badge(label, STATUS_WORDS[status].toLowerCase(), COLORS[status])

export const uptimeBadge = (label: string, percent: number | null) =>
  percent === null ? badge(label, 'no data', GREY) : badge(label, formatUptime(percent), colorOf(percent))

export const unknownBadge = (label: string) => badge(label, 'not found', GREY)

function colorOf(percent: number): string {
  if (percent >= GOOD_PERCENT) return GREEN
  return percent >= FAIR_PERCENT ? AMBER : RED
}

/** A flat badge in the style of shields.io. It holds no style, so that it looks the same under every policy. */
function badge(givenLabel: string, message: string, color: string): string {
  const label = shortened(forXml(clean(givenLabel)))
  const [left, right] = [widthOf(label) + 2 * PAD, widthOf(message) + 2 * PAD]
  const width = left + right
  const name = escapeHtml(`${label}: ${message}`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${HEIGHT}" role="img" aria-label="${name}"><title>${name}</title><clipPath id="r"><rect width="${width}" height="${HEIGHT}" rx="3"/></clipPath><g clip-path="url(#r)"><rect width="${left}" height="${HEIGHT}" fill="#444d52"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${color}"/></g><g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">${textAt(PAD, label)}${textAt(left + PAD, message)}</g></svg>`
}

const textAt = (x: number, text: string) =>
  text &&
  `<text x="${x}" y="14" textLength="${widthOf(text)}" lengthAdjust="spacingAndGlyphs">${escapeHtml(text)}</text>`

/** XML cannot hold these two (XML 1.0, section 2.2); `clean` replaces all others that it cannot hold. */
const forXml = (text: string) => text.replace(/[\ufffe\uffff]/g, '\ufffd')

function shortened(text: string): string {
  const characters = [...text]
  return characters.length > LABEL_MAX ? `${characters.slice(0, LABEL_MAX - 1).join('')}…` : text
}

const NARROW = /[ijlftrI1 .,:;'|!()[\]\-/]/
const WIDE = /[mwMW%@]/
const LATIN = /[\x20-\u024f]/

/** About as wide as Verdana at 11 px; the renderer fits the text to it. */
function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return Math.ceil(width)
}

function characterWidth(character: string): number {
  if (!LATIN.test(character)) return 11
  if (WIDE.test(character)) return 10.5
  if (NARROW.test(character)) return 4.6
  return /[A-Z]/.test(character) ? 7.8 : 6.9
}
