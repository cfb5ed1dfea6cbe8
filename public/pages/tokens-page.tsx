import { Tokens } from '../access/tokens'
import { PageFrame } from '../components/page-frame'

/** API tokens of the tenant. */
export const TokensPage = () => (
  <PageFrame page="tokens">
    <Tokens />
  </PageFrame>
)
