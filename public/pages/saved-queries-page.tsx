import { FleetFrame } from '../fleet/fleet-frame'
import { SavedQueries } from '../fleet/settings/saved-queries'

export const SavedQueriesPage = () => (
  <FleetFrame page="saved-queries">
    <SavedQueries />
  </FleetFrame>
)
