/** Colours of a terminal, and text from outside made harmless for it. */
import { stripVTControlCharacters, styleText } from 'node:util'

/** What is coloured: by meaning, not by place. */
export type Tint = 'gain' | 'loss' | 'warn' | 'quiet' | 'strong' | 'plain'

/** Colours a text. */
export type Paint = (tint: Tint, text: string) => string

const styles = { gain: 'green', loss: 'red', warn: 'yellow', quiet: 'dim', strong: 'bold' } as const

/** Leaves text as it is. */
export const noPaint: Paint = (_, text) => text

const colours: Paint = (tint, text) => (tint === 'plain' || text === '' ? text : styleText(styles[tint], text, { validateStream: false }))

/** Colours for a stream: only for a terminal, and not where NO_COLOR is set. */
export const paintFor = (stream: { readonly isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): Paint =>
  stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb' ? colours : noPaint

const isControl = (code: number): boolean => code < 32 || (code >= 127 && code < 160)

/** One line without control characters: a reason or a name must not move the cursor. */
export const harmless = (text: string): string =>
  Array.from(stripVTControlCharacters(text), character => (isControl(character.charCodeAt(0)) ? ' ' : character)).join('')

/** Colours the signed figures of a line: gains and losses. */
export const paintFigures = (text: string, paint: Paint): string =>
  text.replace(/(?<=^|[\s(])[+-]\d[\d.]*%?/g, figure => paint(figure.startsWith('+') ? 'gain' : 'loss', figure))
