import { PageFrame } from '../components/page-frame'
import { AddHost } from '../fleet/hosts/add-host'

export const AddHostPage = () => (
  <PageFrame page="add-host">
    <AddHost />
  </PageFrame>
)
