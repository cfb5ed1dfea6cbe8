import type { StatusPage } from '../../src/contract/status-pages'

export interface Listed {
  id: string
  name: string
}

/** Monitors below a heading; the last section has none. */
export interface Section {
  key: number
  title: string | null
  monitors: Listed[]
}

let keys = 0

const newSection = (title: string | null, monitors: Listed[] = []): Section => ({ key: ++keys, title, monitors })

/** The monitors of a page by heading; those without one come last. */
export function sectionsOf(page: Pick<StatusPage, 'monitors' | 'groups'> | null): Section[] {
  if (!page) return [newSection(null)]
  const byId = new Map(page.monitors.map(monitor => [monitor.id, monitor]))
  const groups = page.groups.map(({ title, monitor_ids }) =>
    newSection(
      title,
      monitor_ids.flatMap(id => byId.get(id) ?? []),
    ),
  )
  const grouped = new Set(page.groups.flatMap(({ monitor_ids }) => monitor_ids))
  return [
    ...groups,
    newSection(
      null,
      page.monitors.filter(({ id }) => !grouped.has(id)),
    ),
  ]
}

/** What is sent of them. */
export function membershipOf(sections: readonly Section[]): Pick<StatusPage, 'monitor_ids' | 'groups'> {
  const idsOf = ({ monitors }: Section) => monitors.map(({ id }) => id)
  return {
    monitor_ids: [...new Set(sections.flatMap(idsOf))],
    groups: sections.flatMap(section =>
      section.title === null ? [] : [{ title: section.title.trim(), monitor_ids: idsOf(section) }],
    ),
  }
}

export const isListed = (sections: readonly Section[], id: string) =>
  sections.some(({ monitors }) => monitors.some(monitor => monitor.id === id))

/** Adds a monitor at the end. */
export const withMonitor = (sections: readonly Section[], { id, name }: Listed): Section[] =>
  sections.map(section =>
    section.title === null ? { ...section, monitors: [...section.monitors, { id, name }] } : section,
  )

export const withoutMonitor = (sections: readonly Section[], key: number, id: string): Section[] =>
  sections.map(section =>
    section.key === key ? { ...section, monitors: section.monitors.filter(monitor => monitor.id !== id) } : section,
  )

/** Adds a heading above the monitors that have none. */
export const withGroup = (sections: readonly Section[]): Section[] => [
  ...sections.slice(0, -1),
  newSection(''),
  ...sections.slice(-1),
]

/** Takes a heading away; its monitors go to those without one. */
export function withoutGroup(sections: readonly Section[], key: number): Section[] {
  const monitors = sections.find(section => section.key === key)?.monitors ?? []
  const others = sections.filter(section => section.key !== key)
  return others.map(section =>
    section.title === null ? { ...section, monitors: [...monitors, ...section.monitors] } : section,
  )
}

/** Whether a heading, which stays above the monitors without one, can go up or down by one. */
export const canMoveGroup = (sections: readonly Section[], at: number, by: 1 | -1) =>
  at + by >= 0 && at + by < sections.length - 1

export function movedGroup(sections: readonly Section[], at: number, by: 1 | -1): Section[] {
  if (!canMoveGroup(sections, at, by)) return [...sections]
  const moved = [...sections]
  moved.splice(at + by, 0, ...moved.splice(at, 1))
  return moved
}

/** Whether a monitor can go up or down: within its section, or into the next one. */
export function canMoveMonitor(sections: readonly Section[], at: number, place: number, by: 1 | -1): boolean {
  const isWithin = place + by >= 0 && place + by < (sections[at]?.monitors.length ?? 0)
  return isWithin || sections[at + by] !== undefined
}

export function movedMonitor(sections: readonly Section[], at: number, place: number, by: 1 | -1): Section[] {
  const moved = sections.map(section => ({ ...section, monitors: [...section.monitors] }))
  const from = moved[at]?.monitors ?? []
  if (!canMoveMonitor(sections, at, place, by)) return moved
  const [monitor] = from.splice(place, 1)
  if (!monitor) return moved
  const isWithin = place + by >= 0 && place + by <= from.length
  const to = isWithin ? from : (moved[at + by]?.monitors ?? [])
  const elsewhere = by === 1 ? 0 : to.length
  to.splice(isWithin ? place + by : elsewhere, 0, monitor)
  return moved
}

/** An address that follows from a title: `Status of the Shop` is `status-of-the-shop`. */
export const slugOf = (title: string) =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 63)
    .replace(/^-+|-+$/g, '')
