import { type Column, ColumnResizer, edgeOf, layoutOf, shownColumns, tracksOf } from '../components/columns'

/** The name under which the layout of the columns is remembered. */
export const JOB_TABLE = 'jobs'
export const JOB_COLUMNS: readonly Column[] = [
  { name: 'job-outcome', title: 'Outcome', track: 'minmax(0, 1.2fr)' },
  { name: 'job-subject', title: 'Job', track: 'minmax(120px, 1.6fr)', isMain: true },
  { name: 'job-kind', title: 'Kind', track: 'minmax(0, 110px)' },
  { name: 'job-note', title: 'Status', track: '110px' },
  { name: 'job-attempt', title: 'Attempt', track: '54px', isNumber: true },
  { name: 'job-took', title: 'Duration', track: '76px', isNumber: true },
  { name: 'job-time', title: 'Created', track: '80px', isNumber: true },
]
/** Of the arrow and the checkbox. */
const CONTROL_TRACKS = '22px 16px'

/** What a list of jobs needs so that its rows follow the layout of the columns. */
export function jobLayout() {
  const layout = layoutOf(JOB_TABLE).value
  const columns = `${CONTROL_TRACKS} ${tracksOf(shownColumns(JOB_COLUMNS, layout), layout)}`
  return { 'data-hidden': layout.hidden.join(' '), style: { '--columns': columns } }
}

/** The headings of a list of jobs. */
export function JobsHead() {
  return (
    <div class="jobs-head columns-row">
      <span />
      <span />
      {shownColumns(JOB_COLUMNS, layoutOf(JOB_TABLE).value).map(({ name, title, isMain, isNumber }) => (
        <span key={name} class={`${name} column-head${isNumber ? ' number' : ''}`}>
          <span>{title}</span>
          {!isMain && <ColumnResizer table={JOB_TABLE} name={name} title={title} edge={edgeOf(JOB_COLUMNS, name)} />}
        </span>
      ))}
    </div>
  )
}
