import { expect, test } from 'vitest'
import { type } from '../support/fake-desk.ts'

test.each(['halt', '/HALT', 'stop'])('%s sets the mode', async text => {
  const { shown, asked } = await type(text, {}, 'trader')
  expect(asked).toEqual([['setMode', 'ann', 'halted']])
  expect(shown).toContain('Done: setMode.')
})

test.each([
  ['halt now', 'trader', '"now" is one word too many'],
  ['halt', 'viewer', 'halt needs the role trader; yours is viewer.'],
] as const)('%s as %s: %s', async (text, role, says) => {
  const { shown, asked } = await type(text, {}, role)
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
