import {
  createScanner,
  findNodeAtLocation,
  type JSONPath,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser'

/** The result of reading JSON with comments and other deviations. */
export interface RelaxedJson {
  value: unknown
  /** The line, from 1, of a value or of the nearest value that contains it. */
  lineOf(path: JSONPath): number
  /** Paths of duplicate names in objects; the last one counts. */
  repeated: string[][]
}

export interface RelaxedFault {
  /** From 1. */
  line: number
  message: string
}

/** Limited because the parser is recursive. A pack has four levels, an osquery configuration with packs two more. */
const DEPTH_MAX = 100

/**
 * Reads JSON as in osquery's configuration: lines that end with a backslash continue on the next line, and lines that
 * start with `#` or `//` are comments (`stripConfigComments` in osquery/config/config.cpp). Also accepts comments after
 * values, trailing commas, and text after the end.
 */
export function readRelaxedJson(text: string): RelaxedJson | RelaxedFault {
  const { plain, lineAt } = withoutComments(text)
  const tooDeep = tooDeepAt(plain)
  if (tooDeep !== undefined)
    return { line: lineAt(tooDeep), message: `This is nested more than ${DEPTH_MAX} levels deep.` }
  const errors: ParseError[] = []
  const tree = parseTree(plain, errors, { allowTrailingComma: true })
  // Errors after the end are ignored, but a missing end is not.
  const end = tree ? tree.offset + tree.length : 0
  const error = errors.find(each => each.offset < end || printParseErrorCode(each.error).startsWith('Close'))
  if (error || !tree) return { line: lineAt((error ?? errors[0])?.offset ?? 0), message: messageOf(error ?? errors[0]) }
  const repeated: string[][] = []
  const value = plainValue(tree, [], repeated)
  return { value, repeated, lineOf: path => lineAt(nearest(tree, path).offset) }
}

/** @returns the offset at which it is nested too deeply, if it is */
function tooDeepAt(plain: string): number | undefined {
  const scanner = createScanner(plain, true)
  let depth = 0
  for (scanner.scan(); scanner.getTokenOffset() < plain.length; scanner.scan()) {
    const first = plain[scanner.getTokenOffset()]
    if (first === '{' || first === '[') depth++
    else if (first === '}' || first === ']') depth--
    if (depth > DEPTH_MAX) return scanner.getTokenOffset()
  }
  return undefined
}

function messageOf(error: ParseError | undefined): string {
  const what = error ? printParseErrorCode(error.error) : 'ValueExpected'
  return `This is not JSON: ${what.replace(/(?!^)[A-Z]/g, letter => ` ${letter.toLowerCase()}`)}.`
}

/** Like jsonc-parser's `getNodeValue`, but treats `__proto__` like any other name and collects duplicate names. */
function plainValue(node: Node, path: string[], repeated: string[][]): unknown {
  if (node.type === 'array')
    return node.children?.map((each, i) => plainValue(each, [...path, String(i)], repeated)) ?? []
  if (node.type !== 'object') return node.value
  const values = new Map<string, unknown>()
  for (const { children: [key, value] = [] } of node.children ?? []) {
    if (!key || !value) continue
    const childPath = [...path, String(key.value)]
    if (values.has(String(key.value))) repeated.push(childPath)
    values.set(String(key.value), plainValue(value, childPath, repeated))
  }
  return Object.fromEntries(values)
}

function nearest(tree: Node, path: JSONPath): Node {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(tree, path.slice(0, length))
    if (node) return node.parent?.type === 'property' ? node.parent : node
  }
  return tree
}

/** Joins lines, blanks out comment lines, and maps offsets to lines of the original. */
function withoutComments(text: string) {
  const starts: { offset: number; line: number }[] = []
  let plain = ''
  let joined = ''
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/)
  for (const [i, line] of lines.entries()) {
    const continues = line.endsWith('\\') && i < lines.length - 1
    starts.push({ offset: plain.length + joined.length, line: i + 1 })
    joined += continues ? line.slice(0, -1) : line
    if (continues) continue
    plain += /^\s*(#|\/\/)/.test(joined) ? ' '.repeat(joined.length) : joined
    plain += '\n'
    joined = ''
  }
  const lineAt = (offset: number) => starts.findLast(start => start.offset <= offset)?.line ?? 1
  return { plain, lineAt }
}
