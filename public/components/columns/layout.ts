/** A column of a wide table, which people can hide and resize. */
export interface Column {
  /** Its cells have a class of this name. */
  name: string
  title: string
  /** CSS grid track that it has until it is resized. */
  track: string
  /** Takes the space that the other columns leave; it can be neither hidden nor resized. */
  isMain?: boolean
  /** Right-aligned. */
  isNumber?: boolean
}

/** How somebody arranged a table. */
export interface Layout {
  hidden: readonly string[]
  /** In CSS pixels, by column. */
  widths: Readonly<Record<string, number>>
}

export const WIDTH_MIN_PX = 48
export const WIDTH_MAX_PX = 900
export const NO_LAYOUT: Layout = { hidden: [], widths: {} }

/** Reads a stored layout; whatever cannot be one is left out. */
export function layoutIn(value: unknown): Layout {
  if (typeof value !== 'object' || value === null) return NO_LAYOUT
  const { hidden, widths } = value as Partial<Record<keyof Layout, unknown>>
  return {
    hidden: Array.isArray(hidden) ? hidden.filter(name => typeof name === 'string') : [],
    widths: Object.fromEntries(
      Object.entries(widths ?? {}).flatMap(([name, px]) => (typeof px === 'number' ? [[name, widthWithin(px)]] : [])),
    ),
  }
}

/** A width within the limits. */
export const widthWithin = (px: number) => Math.round(Math.min(WIDTH_MAX_PX, Math.max(WIDTH_MIN_PX, px)))

/** The columns that are shown. */
export const shownColumns = (columns: readonly Column[], { hidden }: Layout): Column[] =>
  columns.filter(({ name, isMain }) => isMain || !hidden.includes(name))

/** `grid-template-columns` of the rows. Resized columns still shrink where there is too little space. */
export const tracksOf = (columns: readonly Column[], { widths }: Layout): string =>
  columns
    .map(({ name, track, isMain }) => (isMain || widths[name] === undefined ? track : `minmax(0, ${widths[name]}px)`))
    .join(' ')
