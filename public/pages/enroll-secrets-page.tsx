import { PageFrame } from '../components/page-frame'
import { Secrets } from '../fleet/settings/secrets'

const EnrollSecretsPage = () => (
  <PageFrame page="enroll-secrets">
    <Secrets />
  </PageFrame>
)

export default EnrollSecretsPage
