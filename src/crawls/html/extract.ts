import { compile, selectAll, selectOne } from 'css-select'
import { type AnyNode, type Document, DomHandler, type Element } from 'domhandler'
import { DomUtils, Parser } from 'htmlparser2'
import { messageOf } from '../../base/errors'
import { Lru } from '../../base/lru'
import type { Extraction } from '../../contract/crawl-settings'
import { cutTo, words } from './words'

type Query = ReturnType<typeof compile<AnyNode, Element>>

const VALUE_MAX = 10_000
/** Values of a recipe that takes all. */
const VALUES_MAX = 1_000
/** Browsers stop nesting elements at the same depth. */
const DEPTH_MAX = 512
const COMPILED_MAX = 500
/** Elements that a selector may look at in a page, again and again: `:has` in `:has` would take hours in some. */
const STEPS_MAX = 2_000_000

class OutOfSteps extends Error {}

let stepsLeft = 0

function step(count: number): void {
  stepsLeft -= count
  if (stepsLeft < 0) throw new OutOfSteps()
}

const counted = (test: (element: Element) => boolean) => (element: Element) => {
  step(1)
  return test(element)
}

/** Selecting is bounded by counting how it moves through the tree. */
const adapter = {
  ...DomUtils,
  findAll: (test: (element: Element) => boolean, nodes: AnyNode[]) => DomUtils.findAll(counted(test), nodes),
  findOne: (test: (element: Element) => boolean, nodes: AnyNode[]) => DomUtils.findOne(counted(test), nodes),
  existsOne: (test: (element: Element) => boolean, nodes: AnyNode[]) => DomUtils.existsOne(counted(test), nodes),
  getParent(element: Element) {
    step(1)
    return DomUtils.getParent(element)
  },
  getSiblings(node: AnyNode) {
    const siblings = DomUtils.getSiblings(node)
    step(siblings.length)
    return siblings
  },
}

/** By selector: the same ones are used for every page. */
const compiled = new Lru<string, Query>(COMPILED_MAX)

/** The values that recipes find in a page: white space is unified; without a match, null or an empty list. */
export function extracted(html: string, recipes: readonly Extraction[]): Record<string, string | string[] | null> {
  if (recipes.length === 0) return {}
  const root = treeOf(html)
  return Object.fromEntries(recipes.map(recipe => [recipe.name, found(root, recipe)]))
}

function found(root: Document, { selector, attribute, all }: Extraction): string | string[] | null {
  const elements = select(root, selector, all)
  const values = elements.flatMap(element => textOf(element, attribute) ?? []).slice(0, VALUES_MAX)
  return all ? values : (values[0] ?? null)
}

/** Nothing if it would take too long. */
function select(root: Document, selector: string, all: boolean): Element[] {
  const query = queryOf(selector)
  stepsLeft = STEPS_MAX
  try {
    if (all) return selectAll(query, root, { adapter })
    return [selectOne(query, root, { adapter }) ?? []].flat()
  } catch (error) {
    if (error instanceof OutOfSteps) return []
    throw error
  }
}

function textOf(element: Element, attribute: string | undefined): string | null {
  const text = attribute === undefined ? DomUtils.textContent(element) : element.attribs[attribute.toLowerCase()]
  return text === undefined ? null : cutTo(words(text), VALUE_MAX)
}

/** What is nested deeper than `DEPTH_MAX`, and what follows it, is left out. */
function treeOf(html: string): Document {
  const handler = new DomHandler()
  let depth = 0
  const parser: Parser = new Parser({
    onopentag(name, attributes) {
      depth++
      handler.onopentag(name, attributes)
      if (depth > DEPTH_MAX) parser.pause()
    },
    onclosetag() {
      depth--
      handler.onclosetag()
    },
    ontext: text => handler.ontext(text),
  })
  parser.end(html)
  handler.onend()
  return handler.root
}

function queryOf(selector: string): Query {
  const known = compiled.get(selector)
  if (known) return known
  const query = compile<AnyNode, Element>(selector, { adapter })
  compiled.set(selector, query)
  return query
}

/** What is wrong with a CSS selector, in words; undefined: nothing. */
export function selectorProblem(selector: string): string | undefined {
  if (selector.trim() === '') return 'it is empty'
  if (/[>+~]\s*$/.test(selector)) return 'it ends with a combinator'
  try {
    compile(selector)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
