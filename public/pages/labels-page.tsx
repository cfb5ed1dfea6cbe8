import { FleetFrame } from '../fleet/fleet-frame'
import { Labels } from '../fleet/settings/labels'

export const LabelsPage = () => (
  <FleetFrame page="labels">
    <Labels />
  </FleetFrame>
)
