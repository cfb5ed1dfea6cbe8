import type { PlatformCount } from '../../../src/contract/hosts'
import type { Targets } from '../../../src/contract/queries'
import { formatCount } from '../../../text/numbers'
import { HostChoice } from './host-choice'
import type { LabelCount } from './target-count'

interface TargetsPickerProps {
  targets: Targets
  groups: { areListed: boolean; total: number; platforms: PlatformCount[]; labels: LabelCount[] }
  onChange(targets: Targets): void
}

/** Selects the targets: all hosts, or any combination of platforms, labels and individual hosts. */
export function TargetsPicker({ targets, groups, onChange }: TargetsPickerProps) {
  const { all = false, platforms = [], labels = [], host_ids = [] } = targets
  const set = (change: Targets) => {
    const { all: _, ...groupsOnly } = targets
    onChange({ ...groupsOnly, ...change })
  }
  return (
    <section class="targets-picker" aria-label="Targets">
      <fieldset class="chips" aria-label="All hosts">
        <Chip name="all hosts" count={groups.total} isOn={all} onClick={() => onChange(all ? {} : { all: true })} />
      </fieldset>
      {(groups.platforms.length > 0 || !groups.areListed) && (
        <fieldset class="chips">
          <legend>Platforms</legend>
          {groups.platforms.map(({ platform, hosts }) => (
            <Chip
              key={platform}
              name={platform}
              count={hosts}
              isOn={platforms.includes(platform)}
              onClick={() => set({ platforms: toggle(platforms, platform) })}
            />
          ))}
        </fieldset>
      )}
      {(groups.labels.length > 0 || !groups.areListed) && (
        <fieldset class="chips">
          <legend>Labels</legend>
          {groups.labels.map(({ id, name, host_count }) => (
            <Chip
              key={id}
              name={name}
              count={host_count}
              isOn={labels.includes(name) || labels.includes(id)}
              onClick={() => set({ labels: toggle(labels, labels.includes(id) ? id : name) })}
            />
          ))}
        </fieldset>
      )}
      <HostChoice chosen={host_ids} onChange={ids => set({ host_ids: ids })} />
    </section>
  )
}

const toggle = (list: string[], value: string) =>
  list.includes(value) ? list.filter(each => each !== value) : [...list, value]

interface ChipProps {
  name: string
  count: number
  isOn: boolean
  onClick(): void
}

function Chip({ name, count, isOn, onClick }: ChipProps) {
  return (
    <button type="button" aria-pressed={isOn} onClick={onClick}>
      {name} <b>{formatCount(count)}</b>
    </button>
  )
}
