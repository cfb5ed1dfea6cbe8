import { Tokens } from '../access/tokens'
import { PageFrame } from '../components/page-frame'

/** API tokens of the tenant. */
const TokensPage = () => (
  <PageFrame page="tokens">
    <Tokens />
  </PageFrame>
)

export default TokensPage
