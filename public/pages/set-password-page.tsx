import { Password } from '../access/password'
import { PageFrame } from '../components/page-frame'
import { openAddress } from '../open-address'
import { search } from '../router'
import { sameOriginUrl } from '../same-origin'
import { showToast } from '../toasts'

/** Follows a one-time link: without a password, the next sign-in would need a new link. */
export default function SetPasswordPage() {
  const next = sameOriginUrl(new URLSearchParams(search.value).get('next'), location.origin)
  return (
    <PageFrame page="set-password">
      <section class="panel" aria-label="Password">
        <p>
          The link that brought you here worked once. With a password, you can sign in again with your email address.
        </p>
        <Password
          onSet={() => {
            showToast('Password set')
            openAddress(next ?? new URL('/', location.origin))
          }}
        />
        <p>
          <a href={next?.href ?? '/'}>Not now</a>
        </p>
      </section>
    </PageFrame>
  )
}
