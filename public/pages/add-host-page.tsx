import { PageFrame } from '../components/page-frame'
import { AddHost } from '../fleet/hosts/add-host'

const AddHostPage = () => (
  <PageFrame page="add-host">
    <AddHost />
  </PageFrame>
)

export default AddHostPage
