import type { IncidentItem } from '../../src/contract/incidents'
import type { Api } from '../api'
import { EXIT, Failure } from '../exit'
import type { Color } from '../output/terminal'

export const SEVERITY_COLORS: Record<string, Color> = { critical: 'red', warning: 'yellow' }

/** Finds an incident by its id or by its number, as `12` or `#12`. @throws Failure if there is none */
export async function incidentIdOf(api: Api, text: string): Promise<string> {
  const [, number] = /^#?(\d{1,9})$/.exec(text) ?? []
  if (number === undefined) return text
  const { items } = await api.get('/api/incidents', { q: `#${number}`, limit: 10 })
  const found = items.find((incident: IncidentItem) => incident.number === Number(number))
  if (found) return found.id
  throw new Failure(EXIT.missing, `There is no incident #${number} here.`)
}
