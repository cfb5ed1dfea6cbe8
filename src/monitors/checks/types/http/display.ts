const SHOWN_CHARACTERS = 200

/** Quotes and cuts a text for messages. */
export const shownText = (text: string) => JSON.stringify(cut(text))

/** A JSON value for messages, cut. */
export const shownValue = (value: unknown) => cut(JSON.stringify(value) ?? 'nothing')

const cut = (text: string) =>
  text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : text
