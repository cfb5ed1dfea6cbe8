import type { YamlNode } from '../../../base/yaml-tree'
import type { Fields, Text } from './fields'
import type { Report } from './report'

/** A setting that must be given with the request, because the file does not hold it. */
export interface Asked {
  place: Pick<YamlNode, 'path' | 'line'>
  because: string
  toValue: ToValue
}

/** What a text in the file stands for. */
type ToValue = (text: string) => unknown
const asIs: ToValue = text => text

/** What one entry under `webhook_configs`, `email_configs` or `slack_configs` says. */
export interface ReadSettings {
  values: Record<string, unknown>
  /** By setting. */
  places: Record<string, Pick<YamlNode, 'path' | 'line'>>
  asked: Record<string, Asked>
  /** Why it would not work, or undefined. */
  cannot: string | undefined
}

const VARIABLE = /\$\{[^}]*\}/
const HIDDEN = '<secret>'

/** Whether something else stands in the place of a value. */
export const isStandIn = (text: string) => text === HIDDEN || looksLikeVariable(text)

/** Whether a text looks like a variable, which Alertmanager never replaces. */
export const looksLikeVariable = (text: string) => VARIABLE.test(text)
export const looksLikeTemplate = (text: string) => text.includes('{{')

/** Collects the settings of one entry, and what of it is not carried over. */
export class SettingsReader {
  readonly read: ReadSettings = { values: {}, places: {}, asked: {}, cannot: undefined }

  constructor(
    readonly fields: Fields,
    /** Defaults of the file. */
    readonly global: Fields,
    private readonly report: Report,
  ) {}

  /** A text of the entry, or else of `global`. */
  textOf(name: string, globalName?: string): Text | undefined {
    return this.fields.text(name) ?? (globalName === undefined ? undefined : this.global.text(globalName))
  }

  /** Takes a value, unless its text is a variable or was hidden: then it is asked for. */
  take(setting: string, given: Text | undefined, toValue: ToValue = asIs): void {
    if (!given || given.text === '') return
    this.read.places[setting] = given
    if (given.text === HIDDEN) this.ask(setting, given, 'the file holds "<secret>" in its place', toValue)
    else if (looksLikeVariable(given.text))
      this.ask(setting, given, `${given.text} is a variable, which is not replaced`, toValue)
    else this.read.values[setting] = toValue(given.text)
  }

  /** Takes a value that may be in a file of its own. */
  takeSecret(setting: string, name: string, globalName?: string): void {
    const inline = this.textOf(name)
    const inFile = this.textOf(`${name}_file`)
    const global = globalName === undefined ? undefined : this.global.text(globalName)
    const globalFile = globalName === undefined ? undefined : this.global.text(`${globalName}_file`)
    if (inline || inFile) this.takeOne(setting, inline, inFile)
    else this.takeOne(setting, global, globalFile)
  }

  private takeOne(setting: string, inline: Text | undefined, inFile: Text | undefined): void {
    if (inline) this.take(setting, inline)
    else if (inFile) this.ask(setting, inFile, `it is in the file ${inFile.text}, which was not given`, asIs)
  }

  private ask(setting: string, given: Text, because: string, toValue: ToValue): void {
    this.read.places[setting] = given
    this.read.asked[setting] = { place: given, because, toValue }
  }

  /** Takes the first value of `take` that is not a template: those have no counterpart. */
  takePlain(setting: string, name: string): void {
    const given = this.fields.text(name)
    if (given && looksLikeTemplate(given.text)) this.skip(name, 'Templates are not supported: the default is used.')
    else this.take(setting, given)
  }

  /** Lists fields that have a value and are not carried over. */
  skip(name: string, because: string): void {
    if (this.fields.has(name)) this.report.notImported(this.fields.placeOf(name), name, because)
  }

  /** It will be disabled. */
  cannot(because: string): void {
    this.read.cannot ??= because
  }

  fault(message: string): void {
    this.report.fault(this.fields.node, message)
  }
}
