import { FleetNav } from '../fleet/fleet-nav'
import { AddHost } from '../fleet/hosts/add-host'
import { Labels } from '../fleet/settings/labels'
import { Packs } from '../fleet/settings/packs'
import { SavedQueries } from '../fleet/settings/saved-queries'
import { Secrets } from '../fleet/settings/secrets'
import type { FleetSection } from '../routes'
import { useTitle } from '../title'

const TITLES: Record<FleetSection, string> = {
  add: 'Add a host',
  labels: 'Labels',
  'saved-queries': 'Saved queries',
  packs: 'Packs',
  secrets: 'Enroll secrets',
}

/** What belongs to the fleet as a whole. */
export function FleetPage({ section }: { section: FleetSection }) {
  useTitle(TITLES[section])
  return (
    <div class="page fleet">
      <FleetNav current={`/hosts/${section}`} />
      <h1>{TITLES[section]}</h1>
      {section === 'add' && <AddHost />}
      {section === 'labels' && <Labels />}
      {section === 'saved-queries' && <SavedQueries />}
      {section === 'packs' && <Packs />}
      {section === 'secrets' && <Secrets />}
    </div>
  )
}
