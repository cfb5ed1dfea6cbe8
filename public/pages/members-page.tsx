import { useSignal } from '@preact/signals'
import { Members } from '../access/members'
import { Sessions } from '../access/sessions'

/** The members of the tenant and their sessions. */
export default function MembersPage() {
  const shown = useSignal<'members' | 'sessions'>('members')
  const tab = (name: 'members' | 'sessions', title: string) => (
    <button type="button" role="tab" aria-selected={shown.value === name} onClick={() => (shown.value = name)}>
      {title}
    </button>
  )
  return (
    <div class="page">
      <header class="page-head">
        <h1>Members</h1>
        <div class="tabs" role="tablist">
          {tab('members', 'Members')}
          {tab('sessions', 'Sessions')}
        </div>
      </header>
      {shown.value === 'members' ? <Members /> : <Sessions scope="tenant" />}
    </div>
  )
}
