import { PageFrame } from '../components/page-frame'
import { Labels } from '../fleet/settings/labels'

const LabelsPage = () => (
  <PageFrame page="labels">
    <Labels />
  </PageFrame>
)

export default LabelsPage
