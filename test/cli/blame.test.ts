import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { blameOf } from '../../src/cli/blame.ts'

const folder = mkdtempSync(join(tmpdir(), 'blame (of)-'))
afterAll(() => rmSync(folder, { recursive: true }))
const strategies = pathToFileURL(`${folder}/`)

const thrownBy = (frames: readonly string[]): Error => {
  const error = new TypeError('no such thing')
  error.stack = ['TypeError: no such thing', ...frames.map(frame => `    at ${frame}`)].join('\n')
  return error
}

test('what a file of the folder threw is told with its place', () => {
  const url = `${strategies.href}mine.ts`
  const says = `${join(folder, 'mine.ts')}, line 7: it threw "no such thing". Mend the file, or take it out of the folder.`
  expect(blameOf(thrownBy([`decide (${url}:7:3)`, 'Object.scan (file:///src/analyzer/scan.ts?for=mine:46:22)']), strategies)).toBe(says)
  expect(blameOf(thrownBy([`${url}:7:3`]), strategies)).toBe(says)
})

test('a real file, as Node tells it', () => {
  const file = join(folder, 'real.ts')
  writeFileSync(file, "interface Types {}\nexport default (_: Types) => {\n  throw new Error('no way')\n}\n")
  const program = `
    const [{ blameOf }, { default: decide }] = await Promise.all([import(process.argv[1]), import(process.argv[2])])
    try { decide({}) } catch (error) { console.log(blameOf(error, new URL(process.argv[3]))) }`
  const blame = new URL('../../src/cli/blame.ts', import.meta.url).href
  const args = ['--input-type=module', '-e', program, blame, pathToFileURL(file).href, strategies.href]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('real.ts, line 3: it threw "no way".')
})

test.each([
  ['another file threw', thrownBy(['x (file:///src/engine.ts:1:1)', `decide (${strategies.href}mine.ts:7:3)`])],
  ['it has no place', thrownBy([])],
  ['it is no error', 'no way'],
])('nothing where %s', (_, error) => {
  expect(blameOf(error, strategies)).toBe(null)
})
