import { counted } from '../../../text/numbers'
import { elapsedMs, formatDuration } from '../../../text/times'
import type { PublicStatus } from '../../contract/status-pages'
import { dayBars } from './day-bars'
import { STYLE } from './page-style'
import { formatUptime, SENTENCES, STATUS_WORDS, shown, shownLines, shownTime } from './page-text'
import type { PublicMonitor } from './public-status'

type Group = PublicStatus['groups'][number]
type Incident = PublicStatus['incidents'][number]
type Maintenance = PublicStatus['maintenance'][number]

/**
 * A status page, complete without scripts.
 * @param isOld it shows the last state that could be read, because newer data is not available
 */
export function pageHtml(status: PublicStatus, isOld = false): string {
  const { title, description, updated_at, groups, incidents, maintenance } = status
  const isNow = ({ starts_at }: Maintenance) => starts_at <= updated_at
  const down = downCount(groups)
  return document(
    shown(title),
    `<h1>${shown(title)}</h1>
${isOld ? `<p class="notice"><strong>Newer data is not available at the moment.</strong> This is the state of ${shownTime(updated_at)}.</p>` : ''}
<div class="state ${status.status}"><p><strong>${SENTENCES[status.status]}</strong></p>
<p class="small">${down ? `${down}. ` : ''}As of ${shownTime(updated_at)}. <a href="">Refresh</a></p></div>
${description ? `<p>${shownLines(description)}</p>` : ''}
${maintenanceHtml('Maintenance now', maintenance.filter(isNow))}
${groups.map(group => groupHtml(group, groups.length > 1)).join('\n')}
${incidentsHtml(incidents, updated_at)}
${maintenanceHtml(
  'Planned maintenance',
  maintenance.filter(each => !isNow(each)),
)}`,
    `<a href="/status/${status.slug}.json">This page as JSON</a>`,
  )
}

/** A page without data: that there is none, or that it cannot be read now. */
export const plainPage = (title: string, text: string): string => document(title, `<h1>${title}</h1><p>${text}</p>`)

const document = (title: string, main: string, footer = '') => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${title}</title>
<link rel="icon" href="/icon.svg" type="image/svg+xml" />
<style>${STYLE}</style>
</head>
<body>
<main>
${main}
</main>
<footer class="small soft"><p>${footer}</p></footer>
</body>
</html>
`

function downCount(groups: readonly Group[]): string {
  const down = new Set(groups.flatMap(({ monitors }) => monitors.filter(isDown).map(({ id }) => id)))
  return down.size > 0 ? `${down.size} down` : ''
}

const isDown = ({ status }: PublicMonitor) => status === 'down'

const groupHtml = ({ title, monitors }: Group, hasOthers: boolean) =>
  `<section><h2>${title === null ? (hasOthers ? 'Others' : 'Systems') : shown(title)}</h2>
<ul class="card">${monitors.map(monitorHtml).join('\n')}</ul></section>`

const monitorHtml = (monitor: PublicMonitor) => `<li><div class="row"><h3>${shown(monitor.name)}</h3>
<span class="status ${monitor.status}">${STATUS_WORDS[monitor.status]}</span></div>
${dayBars(monitor)}
<div class="row small soft"><span>${monitor.days.length} days ago</span><span>${
  monitor.uptime_percent === null ? 'no data' : `${formatUptime(monitor.uptime_percent)} uptime`
}</span><span>today</span></div></li>`

const incidentsHtml = (incidents: readonly Incident[], now: string) =>
  `<section><h2>Outages of the last 14 days</h2>
${incidents.length ? `<ul class="card">${incidents.map(each => incidentHtml(each, now)).join('\n')}</ul>` : '<p class="soft">There were none.</p>'}</section>`

function incidentHtml({ monitor, started_at, ended_at }: Incident, now: string): string {
  const lasted = formatDuration(elapsedMs(started_at, ended_at, Date.parse(now)))
  const until = ended_at ? `until ${shownTime(ended_at)}` : '<span class="status down">not over yet</span>'
  return `<li><div class="row"><h3>${shown(monitor)}</h3><span class="soft">${lasted}</span></div>
<div class="small">From ${shownTime(started_at)} ${until}</div></li>`
}

function maintenanceHtml(title: string, list: readonly Maintenance[]): string {
  if (list.length === 0) return ''
  const items = list.map(
    ({ name, starts_at, ends_at, monitors }) => `<li><div class="row"><h3>${shown(name)}</h3></div>
<div class="small">From ${shownTime(starts_at)} until ${shownTime(ends_at)} · ${namesOf(monitors)}</div></li>`,
  )
  return `<section><h2>${title}</h2><ul class="card">${items.join('\n')}</ul></section>`
}

const NAMED_MAX = 10

function namesOf(monitors: readonly string[]): string {
  const names = monitors.slice(0, NAMED_MAX).map(shown).join(', ')
  const more = monitors.length - NAMED_MAX
  return more > 0 ? `${names} and ${counted(more, 'other')}` : names
}
