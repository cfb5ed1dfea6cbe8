import { clean } from '../../../text/display'
import type { Labels } from '../../contract/matchers'
import type { Message, MessageAlert } from './message'

/** What is sent to a receiver. */
export interface Notice {
  /** The same for every attempt. */
  key: string
  message: Message
  /** Address of the page of its incident. */
  link?: string | undefined
  isTest?: boolean | undefined
}

/** Alerts that a text for people lists; the rest is counted. */
export const LISTED_MAX = 25

const TEXT_CHARS_MAX = 300

/** One line for people: without control characters, not too long. */
export function line(text: string, charsMax = TEXT_CHARS_MAX): string {
  const characters = [...clean(text).replace(/\s+/g, ' ').trim()]
  return characters.length > charsMax ? `${characters.slice(0, charsMax - 1).join('')}…` : characters.join('')
}

/** `[FIRING:3] HighLoad web`: the status, and the values of the labels that the group shares. */
export function titleOf({ message, isTest }: Notice): string {
  const { status, alerts, truncatedAlerts, groupLabels, commonLabels } = message
  const firing = alerts.filter(alert => alert.status === 'firing').length + truncatedAlerts
  const state = status === 'firing' ? `[FIRING:${firing}]` : '[RESOLVED]'
  const { alertname, ...others } = groupLabels
  const values = [alertname ?? commonLabels.alertname, ...Object.values(others)].filter(Boolean)
  return line(`${isTest ? '[TEST] ' : ''}${state} ${values.join(' ') || 'Alerts'}`, 200)
}

export interface ListedAlert {
  name: string
  summary: string
  isFiring: boolean
}

/** The first alerts, those that fire before the others, and how many are left out. */
export function listed({ alerts, truncatedAlerts, groupLabels }: Message): { shown: ListedAlert[]; more: number } {
  const isFiring = (alert: MessageAlert) => alert.status === 'firing'
  const ordered = [...alerts.filter(isFiring), ...alerts.filter(alert => !isFiring(alert))]
  const shown = ordered.slice(0, LISTED_MAX).map(alert => ({
    name: line(nameOf(alert.labels, groupLabels)),
    summary: line(alert.annotations.summary ?? alert.annotations.description ?? alert.annotations.message ?? ''),
    isFiring: isFiring(alert),
  }))
  return { shown, more: alerts.length - shown.length + truncatedAlerts }
}

/** Its name, and the labels that the title does not have. */
function nameOf(labels: Labels, group: Labels): string {
  const own = Object.entries(labels).filter(([name]) => name !== 'alertname' && !(name in group))
  const rest = own.map(([name, value]) => `${name}=${value}`).join(', ')
  return [labels.alertname ?? 'alert', rest].filter(Boolean).join(': ')
}
