import { useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { stayWhenHidden, watch } from '../live'
import { perFrame } from '../per-frame'
import { route } from '../router'
import { showToast } from '../toasts'
import { type IncidentNews, incidentNewsIn } from './live-incidents'
import { areNoticesOn, showNotice } from './notices'

/** What happened before somebody opened the page is in the list, and needs no message. */
const NEW_MS = 60_000
/** More at once make one message. */
const TOASTS_MAX = 2
/** Per tab: the latest incident that was told. Ids are UUIDv7, so later ones are greater. */
const TOLD = 'tailrace.told-incident'

/** Tells of each new incident, wherever one is. */
export function useNewIncidents(): void {
  useSignalEffect(() => stayWhenHidden(areNoticesOn.value))
  useEffect(() => {
    const frames = perFrame<IncidentNews>(tell)
    const stop = watch('events', {
      onEvent(event) {
        const news = incidentNewsIn(event)
        if (news?.type === 'incident_created' && news.status === 'open' && isNew(news)) frames.add(news)
      },
    })
    return () => {
      stop()
      frames.stop()
    }
  }, [])
}

const isNew = ({ id, at }: IncidentNews) =>
  Date.now() - Date.parse(at) < NEW_MS && id > (sessionStorage.getItem(TOLD) ?? '')

function tell(all: IncidentNews[]) {
  const news = [...new Map(all.map(each => [each.id, each])).values()]
  sessionStorage.setItem(
    TOLD,
    news
      .map(({ id }) => id)
      .sort()
      .at(-1) ?? '',
  )
  if (areNoticesOn.peek())
    for (const { id, title = '', severity } of news.slice(0, NOTICES_MAX))
      if (severity === 'critical') showNotice(id, title)
  const told = news.filter(({ id }) => route.peek().id !== id)
  if (told.length > TOASTS_MAX) {
    showToast(`${told.length} new incidents`, { href: '/incidents', text: 'View' })
    return
  }
  for (const { id, title, severity } of told)
    showToast(`${severity === 'critical' ? '‼ New critical' : 'New'} incident: ${title}`, {
      href: `/incidents/${id}`,
      text: 'View',
    })
}

/** More at once would cover the screen. */
const NOTICES_MAX = 5
