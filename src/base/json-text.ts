/** JSON-escapes a text, without the quotes. Lone surrogates become `\udXXX` (well-formed JSON.stringify, ES2019). */
export const escapeText = (text: string) => JSON.stringify(text).slice(1, -1)
