import { PageFrame } from '../components/page-frame'
import { Secrets } from '../fleet/settings/secrets'

export const EnrollSecretsPage = () => (
  <PageFrame page="enroll-secrets">
    <Secrets />
  </PageFrame>
)
