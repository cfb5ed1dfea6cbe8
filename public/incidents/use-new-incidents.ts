import { useSignalEffect } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { stayWhenHidden, watch } from '../live'
import { perFrame } from '../per-frame'
import { route } from '../router'
import { showToast } from '../toasts'
import { type IncidentNews, incidentNewsIn } from './live-incidents'
import { areNoticesOn, showNotice } from './notices'

/** More at once make one message. */
const TOASTS_MAX = 2
/** What happened before is in the list, and needs no message. A clock that is wrong only shifts this. */
const openedAt = Date.now()
/** Ids are UUIDv7, so later ones are greater. */
let lastTold = ''

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

const isNew = ({ id, at }: IncidentNews) => Date.parse(at) > openedAt && id > lastTold

function tell(all: IncidentNews[]) {
  const news = [...new Map(all.map(each => [each.id, each])).values()]
  lastTold =
    news
      .map(({ id }) => id)
      .sort()
      .at(-1) ?? lastTold
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
