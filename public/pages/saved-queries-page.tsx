import { PageFrame } from '../components/page-frame'
import { SavedQueries } from '../fleet/settings/saved-queries'

const SavedQueriesPage = () => (
  <PageFrame page="saved-queries">
    <SavedQueries />
  </PageFrame>
)

export default SavedQueriesPage
