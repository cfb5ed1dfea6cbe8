import { FleetFrame } from '../fleet/fleet-frame'
import { Packs } from '../fleet/settings/packs'

export const PacksPage = () => (
  <FleetFrame page="packs">
    <Packs />
  </FleetFrame>
)
