import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadFolder, loadStrategies } from '../src/load-folder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
const isWord = (value: unknown): value is string => typeof value === 'string'

test('every file is one thing, by its name, in order; other files are passed over', async () => {
  write('second.ts', "export default 'two' as string\n")
  write('first.ts', "export default 'one'\n")
  write('notes.md', 'nothing to load')
  write('first.d.ts', 'export default word\n')
  expect([...(await loadFolder(pathToFileURL(folder), isWord, 'a word'))]).toEqual([
    ['first', 'one'],
    ['second', 'two'],
  ])
})

test.each([
  { name: 'none.ts', text: 'export const word = 1\n', says: 'none.ts: the default export must be a word.' },
  { name: 'wrong.ts', text: 'export default 1\n', says: 'wrong.ts: the default export must be a word.' },
  { name: 'broken.ts', text: 'export default (\n', says: 'broken.ts: it cannot be loaded' },
  { name: 'throws.ts', text: "throw new Error('no way')\n", says: 'throws.ts: it cannot be loaded (no way)' },
])('$name stops the start with its name', async ({ name, text, says }) => {
  write('good.ts', "export default 'one'\n")
  write(name, text)
  await expect(loadFolder(pathToFileURL(`${folder}/`), isWord, 'a word')).rejects.toThrow(says)
})

test('a folder that is not there is told', async () => {
  await expect(loadFolder(pathToFileURL(join(folder, 'nowhere')), isWord, 'a word')).rejects.toThrow('there is no such folder')
})

test('each strategy has a candle loop of its own', async () => {
  const strategies = await loadStrategies(new URL('../strategies/', import.meta.url))
  expect([...strategies.keys()]).toEqual(expect.arrayContaining(['bollinger', 'ema-cross', 'ma-cross', 'rotation', 'rsi']))
  for (const [name, loaded] of strategies) expect(loaded.name).toBe(name)
  expect(new Set([...strategies.values()].map(({ scan }) => scan)).size).toBe(strategies.size)
})

test.each([
  'decide: () => null',
  "kind: 'single', indicators: () => ({}), decide: () => null",
  "kind: 'single', params: { window: 14 }, indicators: () => ({}), decide: () => null",
])('what is no strategy stops the start with its name: { %s }', async text => {
  write('idea.ts', `export default { ${text} }\n`)
  await expect(loadStrategies(pathToFileURL(folder))).rejects.toThrow('idea.ts: the default export must be a strategy')
})
