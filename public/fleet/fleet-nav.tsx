import { isAdmin } from '../session'

const PLACES = [
  { href: '/hosts', name: 'Hosts' },
  { href: '/hosts/saved-queries', name: 'Saved queries' },
  { href: '/hosts/packs', name: 'Packs' },
  { href: '/hosts/labels', name: 'Labels' },
  { href: '/hosts/secrets', name: 'Enroll secrets', isForAdmins: true },
]

/** The pages around the hosts, on top of each of them. */
export function FleetNav({ current }: { current: string }) {
  return (
    <nav class="views" aria-label="Fleet">
      {PLACES.filter(place => !place.isForAdmins || isAdmin.value).map(place => (
        <a key={place.href} href={place.href} aria-current={place.href === current ? 'page' : undefined}>
          {place.name}
        </a>
      ))}
      <span class="spring" />
      <a href="/hosts/add" aria-current={current === '/hosts/add' ? 'page' : undefined}>
        Add host
      </a>
    </nav>
  )
}
