/** Fits the words of a command to its arguments: by name, else each word goes to the first argument that it can be. */
import { type Argument, UsageError } from '#command'
import type { Desk } from '#ports/desk.ts'
import { type Word, wordsOf } from './words.ts'

/** Arguments by name, as text still. */
export type Given = Record<string, string | string[] | Record<string, string>>

const FIGURE = /^[+-]?[\d.,]+(?:[%€]|[a-z]{1,6})?$/i
// with an exponent it is refused later, as the number that it is
const PURE = /^[+-]?[\d.,]+(?:e[+-]?\d+)?%?$/i

function fits({ kind, choices }: Argument, { text, quoted }: Word): boolean {
  switch (kind) {
    case 'amount':
      return /^[+-]?[\d.,]/.test(text) || /^(?:all|half)$/i.test(text)
    case 'level':
      return FIGURE.test(text) || /^(?:off|none)$/i.test(text)
    case 'price':
      return FIGURE.test(text)
    case 'count':
      return PURE.test(text)
    case 'choice':
      return choices.includes(text.toLowerCase())
    case 'list':
    case 'pairs':
      return false
    default:
      return quoted || !PURE.test(text)
  }
}

const shown = ({ name, description }: Argument): string => (description === '' ? name : `${name} (${description})`)

/** One reading of one command's words. */
class Reading {
  readonly #given: Given = Object.create(null) as Given
  readonly #all: readonly Argument[]
  readonly #desk: Pick<Desk, 'symbol'>
  #words: Word[]

  constructor(all: readonly Argument[], words: readonly Word[], desk: Pick<Desk, 'symbol'>) {
    this.#all = all
    this.#words = [...words]
    this.#desk = desk
  }

  read(): Given {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (word.key === null) this.#place(word)
      else this.#set(word.key, word.text)
    }
    const missing = this.#all.find(argument => !argument.optional && !this.#has(argument))
    if (missing !== undefined) throw new UsageError(`${shown(missing)} is missing`)
    return { ...this.#given }
  }

  #has({ name }: Argument): boolean {
    return Object.hasOwn(this.#given, name)
  }

  #set(key: string, text: string): void {
    const argument = this.#all.find(({ name }) => name.toLowerCase() === key.toLowerCase())
    const pairs = this.#all.find(({ kind }) => kind === 'pairs')
    if (argument === undefined && pairs === undefined) {
      const names = this.#all.map(({ name }) => `${name}=`).join(', ')
      throw new UsageError(`there is no ${key}=${names === '' ? '' : `; there is ${names}`}`)
    }
    if (argument === undefined || argument === pairs)
      this.#setPair(pairs!, argument === pairs ? wordsOf(text) : [{ text, key, quoted: true }])
    else this.#fill(argument, { text, key: null, quoted: true })
  }

  #setPair({ name }: Argument, words: readonly Word[]): void {
    const pairs = (this.#given[name] ??= {}) as Record<string, string>
    for (const { key, text } of words) {
      if (key === null) throw new UsageError(`"${text}" is not of the form name=value`)
      if (Object.hasOwn(pairs, key)) throw new UsageError(`${key} is given twice`)
      Object.defineProperty(pairs, key, { value: text, enumerable: true, writable: true, configurable: true })
    }
  }

  #fill(argument: Argument, word: Word): void {
    const { name, kind } = argument
    if (this.#has(argument)) throw new UsageError(`${name} is given twice`)
    if (kind === 'list') this.#given[name] = word.text.split(/[\s,]+/).filter(item => item !== '')
    else if (kind === 'choice') this.#given[name] = word.text.toLowerCase()
    else if (kind === 'amount' && this.#isUnitOf(word)) this.#given[name] = `${word.text} ${this.#words.shift()!.text}`
    else if (kind === 'level' && this.#words[0]?.text === '%') this.#given[name] = `${word.text}${this.#words.shift()!.text}`
    else this.#given[name] = word.text
  }

  // A plain word: the name of an argument followed by its value, else a value for the first argument that takes it.
  #place(word: Word): void {
    const byName = this.#all.find(argument => argument.named && argument.name === word.text.toLowerCase() && !this.#has(argument))
    if (byName !== undefined && byName.kind !== 'pairs' && !word.quoted) {
      const next = byName.kind === 'list' ? this.#takeRest() : this.#words.shift()
      if (next === undefined || next.key !== null) throw new UsageError(`nothing stands after ${byName.name}`)
      this.#fill(byName, next)
      return
    }
    const open = this.#all.filter(argument => !argument.named && argument.kind !== 'pairs' && !this.#has(argument))
    const argument = open.find(candidate => fits(candidate, word))
    if (argument !== undefined) this.#fill(argument, word)
    else throw new UsageError(this.#misfit(word, open[0]))
  }

  #takeRest(): Word | undefined {
    const end = this.#words.findIndex(({ key }) => key !== null)
    const taken = this.#words.splice(0, end === -1 ? this.#words.length : end)
    return taken.length === 0 ? undefined : { text: taken.map(({ text }) => text).join(' '), key: null, quoted: true }
  }

  #misfit({ text }: Word, argument: Argument | undefined): string {
    if (argument?.kind === 'choice') return `"${text}" is not one of ${argument.choices.join(', ')}`
    if (argument !== undefined) return `"${text}" cannot be ${shown(argument)}`
    const named = this.#all.filter(candidate => candidate.named && !this.#has(candidate)).map(({ name, hint }) => `${name}=${hint}`)
    return `"${text}" is one word too many${named.length === 0 ? '' : `; by name only: ${named.join(', ')}`}`
  }

  // "50" and "eur" are one amount; in "sell btc 50 rsi" the second is an owner.
  #isUnitOf({ text }: Word): boolean {
    const next = this.#words[0]
    return /^[\d.,]+(?:e[+-]?\d+)?$/i.test(text) && next !== undefined && next.key === null && !next.quoted && this.#isUnit(next)
  }

  #isUnit(word: Word): boolean {
    if (word.text === '%' || word.text === '€') return true
    if (!/^[a-z\d]{2,12}$/i.test(word.text) || PURE.test(word.text)) return false
    const asset = word.text.toUpperCase()
    const symbol = this.#all.find(({ kind }) => kind === 'symbol')
    if (symbol !== undefined && !this.#has(symbol)) {
      const traded = (text: string): boolean => !('problem' in this.#desk.symbol(text))
      const ahead = this.#words.slice(1).some(({ key, text }) => (key === null ? traded(text) : key === symbol.name))
      return ahead || !traded(word.text)
    }
    const found = symbol === undefined ? null : this.#desk.symbol(this.#given[symbol.name] as string)
    if (found !== null && !('problem' in found) && (found.base === asset || found.quote === asset)) return true
    return !this.#all.some(
      argument => !this.#has(argument) && (argument.named ? argument.name === word.text.toLowerCase() : fits(argument, word)),
    )
  }
}

/** Reads a command's arguments. Throws UsageError with what is wrong. */
export const readArguments = (all: readonly Argument[], words: readonly Word[], desk: Pick<Desk, 'symbol'>): Given =>
  new Reading(all, words, desk).read()
