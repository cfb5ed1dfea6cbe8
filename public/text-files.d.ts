/** Text files are bundled as modules, see scripts/bundle.mjs. */
declare module '*.txt' {
  const text: string
  export default text
}

/** Styles of pages, which are added by being imported, see scripts/bundle.mjs. */
declare module '*.page.css' {}
