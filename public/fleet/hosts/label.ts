import type { Label } from '../../../src/contract/labels'

export const isManual = (label: Pick<Label, 'sql'>) => label.sql === null
