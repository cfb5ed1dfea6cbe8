import type { ReadonlySignal, Signal } from '@preact/signals'
import type { AlertItem } from '../../src/contract/alerts'
import { counted } from '../../text/numbers'
import { ColumnsHead, columnsLayout } from '../components/columns'
import { LoadMore } from '../components/list-status'
import { WindowRows } from '../components/window-rows'
import type { PagedList } from '../paged-list'
import { useMedia } from '../use-media'
import { ALERT_TABLE } from './alert-columns'
import { type AlertListState, AlertRow, type AlertRowActions } from './alert-row'
import type { KnownSilences } from './mute-words'
import type { Unseen } from './use-alerts'

/** Also in css/alerts.css. */
const ROW_PX = 32
const PHONE_ROW_PX = 60

interface AlertListProps {
  list: PagedList<AlertItem>
  unseen: Signal<Unseen>
  state: AlertListState
  actions: AlertRowActions
  silences: ReadonlySignal<KnownSilences>
  onShowUnseen(): void
}

/** A list of any number of alerts. New ones wait in a bar while somebody reads further down. */
export function AlertList({ list, unseen, state, actions, silences, onShowUnseen }: AlertListProps) {
  const isPhone = useMedia('(max-width: 620px)')
  const alerts = list.items.value ?? []
  return (
    <div class="alert-list">
      <UnseenBar unseen={unseen.value} onShow={onShowUnseen} />
      {alerts.length > 0 && (
        <div class="alerts columns" {...columnsLayout(ALERT_TABLE)}>
          <ColumnsHead {...ALERT_TABLE} />
          <WindowRows
            name="Alerts"
            items={alerts}
            rowPx={isPhone ? PHONE_ROW_PX : ROW_PX}
            idOf={({ id }) => id}
            row={alert => <AlertRow alert={alert} state={state} actions={actions} silences={silences} />}
          />
        </div>
      )}
      <LoadMore list={list} />
    </div>
  )
}

const UnseenBar = ({ unseen: { count, isExact }, onShow }: { unseen: Unseen; onShow(): void }) => (
  <div class="unseen-bar" role="status">
    {count > 0 && (
      <button type="button" class="results-unseen" onClick={onShow}>
        {isExact ? `+${counted(count, 'new alert')}` : 'New alerts'}
      </button>
    )}
  </div>
)
