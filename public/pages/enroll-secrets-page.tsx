import { FleetFrame } from '../fleet/fleet-frame'
import { Secrets } from '../fleet/settings/secrets'

export const EnrollSecretsPage = () => (
  <FleetFrame page="enroll-secrets">
    <Secrets />
  </FleetFrame>
)
