import type { Column } from '../components/columns'

const COLUMNS: readonly Column[] = [
  { name: 'job-outcome', title: 'Outcome', track: 'minmax(0, 1.2fr)' },
  { name: 'job-subject', title: 'Job', track: 'minmax(120px, 1.6fr)', isMain: true },
  { name: 'job-kind', title: 'Kind', track: 'minmax(0, 110px)' },
  { name: 'job-note', title: 'Status', track: '110px' },
  { name: 'job-attempt', title: 'Attempt', track: '54px', isNumber: true },
  { name: 'job-took', title: 'Duration', track: '76px', isNumber: true },
  { name: 'job-time', title: 'Created', track: '80px', isNumber: true },
]

/** The list of jobs. Its layout is remembered under its name; its rows start with an arrow and a checkbox. */
export const JOB_TABLE = { table: 'jobs', columns: COLUMNS, controls: ['22px', '16px'] }
