import { PageFrame } from '../components/page-frame'
import { Packs } from '../fleet/settings/packs'

const PacksPage = () => (
  <PageFrame page="packs">
    <Packs />
  </PageFrame>
)

export default PacksPage
