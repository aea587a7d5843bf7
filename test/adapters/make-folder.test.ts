import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder } from '#adapters/files/make-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'make-folder-'))
afterAll(() => rmSync(root, { recursive: true }))

test('makes what is missing on the way, and leaves alone what is there', () => {
  const path = join(root, 'a', 'b', 'c')
  makeFolder(path)
  writeFileSync(join(path, 'kept'), '')
  makeFolder(path)
  expect(existsSync(join(path, 'kept'))).toBe(true)
  expect(statSync(path).isDirectory()).toBe(true)
})

test('a file in its place, or on its way, is told', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  expect(() => makeFolder(file)).toThrow('EEXIST')
  expect(() => makeFolder(join(file, 'a'))).toThrow('ENOTDIR')
})

test.runIf(existsSync('/proc/self'))('where nobody makes folders it ends and says so, also far down', () => {
  expect(() => makeFolder('/proc/nobody/a/b')).toThrow("ENOENT: no such file or directory, mkdir '/proc/nobody'")
})
