/** The file of settings, looked at for names that nothing reads: a misspelt one would leave its default in place without a word. */
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { distance } from '#chat/words.ts'
import { fieldsOf } from '../compose/params.ts'
import { settings } from '../config.ts'
import { type LoadedStrategy, loadStrategies } from '../load-folder.ts'

// What Docker Compose, Node.js and the system read of the same file.
const OTHERS = /^(?:COMPOSE|DOCKER|NODE|NPM)_|^(?:TZ|LANG|PATH|HOME|NO_COLOR|FORCE_COLOR|(?:HTTPS?|NO|ALL)_PROXY)$/i

/** A line for each name of a file of settings that nothing reads, with the one that was probably meant. A file that is not there has none. */
export async function unreadSettings(file: string, folder: URL): Promise<string[]> {
  if (!existsSync(file)) return []
  const names = Object.keys(parseEnv(readFileSync(file, 'utf8')))
  // what is wrong with a strategy's file is told elsewhere
  const strategies = await loadStrategies(folder, () => {})
  const known = [...Object.keys(settings), ...[...strategies.values()].flatMap(variablesOf)]
  return names
    .filter(name => !known.includes(name) && !OTHERS.test(name))
    .map(name => {
      const near = nearest(name, known)
      return `${name} is read by nothing.${near === undefined ? '' : ` Did you mean ${near}?`}`
    })
}

const variablesOf = ({ strategy }: LoadedStrategy): string[] => fieldsOf(strategy).flatMap(({ env }) => env ?? [])

const MOST_LETTERS = 3

function nearest(name: string, known: readonly string[]): string | undefined {
  const upper = name.toUpperCase()
  return known
    .map(one => ({ one, far: distance(upper, one) }))
    .filter(({ one, far }) => far <= Math.min(MOST_LETTERS, one.length / 3))
    .sort((left, right) => left.far - right.far)[0]?.one
}
