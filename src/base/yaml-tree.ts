import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { badRequest } from './errors'

/** A value of a YAML file with its place. Scalars keep their text: what type they have depends on what reads them. */
export type YamlNode = { path: string[]; line: number } & (
  | { kind: 'map'; entries: Map<string, YamlNode> }
  | { kind: 'list'; items: YamlNode[] }
  /** Only a plain one, without quotes, can be meant as a number or a flag. */
  | { kind: 'text'; text: string; isPlain: boolean }
  | { kind: 'null' }
)

export interface YamlSource {
  text: string
  /** Where it is in the request, for faults: `body.yaml`. */
  path: string
  /** Bounds what aliases can multiply. */
  nodesMax?: number
}

const NODES_MAX = 100_000
const DEPTH_MAX = 60
const NULL = /^(?:~|null|Null|NULL|)$/

/** @throws Problem 400 that names lines: it is not YAML, or repeats a key, or is too large */
export function readYaml({ text, path, nodesMax = NODES_MAX }: YamlSource): YamlNode {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    version: '1.1',
    schema: 'failsafe', // all scalars are texts
    uniqueKeys: false, // the parser's check takes quadratic time
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  })
  const faults = document.errors.map(({ message, pos }) => faultAt(path, lines.linePos(pos[0]).line, message))
  if (faults.length) throw badRequest(faults)
  return new TreeReader(lines, path, nodesMax).read(document.contents, [], 1)
}

const faultAt = (path: string, line: number, message: string) => ({ path, message: `Line ${line}: ${message}` })

class TreeReader {
  private count = 0
  /** Found so far. The parser would search the file for each alias. */
  private readonly anchors = new Map<string, Node>()
  private isInAlias = false

  constructor(
    private readonly lines: LineCounter,
    private readonly source: string,
    private readonly nodesMax: number,
  ) {}

  /** @param above line of what it belongs to, for a value that is not written */
  read(node: unknown, path: string[], above: number): YamlNode {
    const line = this.lineOf(node) ?? above
    this.count++
    if (this.count > this.nodesMax || path.length > DEPTH_MAX)
      throw this.fault(
        line,
        `The file is too large: it has more than ${this.nodesMax} values, or they are nested too deeply.`,
      )
    if (isAlias(node)) return this.readAlias(node.source, path, line)
    if (hasAnchor(node) && !this.isInAlias) this.anchors.set(node.anchor, node)
    if (isMap(node)) return { kind: 'map', path, line, entries: this.entries(node.items, path, line) }
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.read(item, [...path, String(i)], line))
      return { kind: 'list', path, line, items }
    }
    if (!isScalar(node)) return { kind: 'null', path, line }
    const text = String(node.value ?? '')
    const isPlain = node.type === 'PLAIN'
    return isPlain && NULL.test(text) ? { kind: 'null', path, line } : { kind: 'text', path, line, text, isPlain }
  }

  private entries(pairs: readonly Pair[], path: string[], above: number): Map<string, YamlNode> {
    const own = new Map<string, YamlNode>()
    const merged: YamlNode[] = []
    for (const { key, value } of pairs) {
      const line = this.lineOf(key) ?? above
      if (!isScalar(key)) throw this.fault(line, 'A name must be a text.')
      const name = String(key.value ?? '')
      if (own.has(name)) throw this.fault(line, `The name ${JSON.stringify(name)} occurs twice in one map.`)
      if (name === MERGE) merged.push(this.read(value, path, line))
      else own.set(name, this.read(value, [...path, name], line))
    }
    for (const [name, entry] of merged.flatMap(node => this.mergedEntries(node)))
      if (!own.has(name)) own.set(name, entry)
    return own
  }

  private readAlias(name: string, path: string[], line: number): YamlNode {
    const node = this.anchors.get(name)
    if (!node) throw this.fault(line, `There is no anchor &${name} before this.`)
    const wasInAlias = this.isInAlias
    this.isInAlias = true
    const read = this.read(node, path, line)
    this.isInAlias = wasInAlias
    return read
  }

  private mergedEntries(node: YamlNode): [string, YamlNode][] {
    if (node.kind === 'map') return [...node.entries]
    if (node.kind === 'list') return node.items.flatMap(item => this.mergedEntries(item))
    throw this.fault(node.line, 'Only a map can be merged with "<<".')
  }

  private fault(line: number, message: string) {
    return badRequest([faultAt(this.source, line, message)])
  }

  private lineOf(node: unknown): number | undefined {
    const start = (node as Node | null)?.range?.[0]
    return start === undefined ? undefined : this.lines.linePos(start).line
  }
}

const hasAnchor = (node: unknown): node is Node & { anchor: string } =>
  (isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined

const MERGE = '<<'
