import { FleetFrame } from '../fleet/fleet-frame'
import { AddHost } from '../fleet/hosts/add-host'

export const AddHostPage = () => (
  <FleetFrame page="add-host">
    <AddHost />
  </FleetFrame>
)
