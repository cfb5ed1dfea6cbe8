import { PageFrame } from '../components/page-frame'
import { Labels } from '../fleet/settings/labels'

export const LabelsPage = () => (
  <PageFrame page="labels">
    <Labels />
  </PageFrame>
)
