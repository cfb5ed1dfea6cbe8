import { PageFrame } from '../components/page-frame'
import { Packs } from '../fleet/settings/packs'

export const PacksPage = () => (
  <PageFrame page="packs">
    <Packs />
  </PageFrame>
)
