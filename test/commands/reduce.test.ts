import { expect, test } from 'vitest'
import { type } from '../support/fake-desk.ts'

test.each(['reduce', '/REDUCE'])('%s sets the mode', async text => {
  const { shown, asked } = await type(text, {}, 'trader')
  expect(asked).toEqual([['setMode', 'ann', 'reduced']])
  expect(shown).toContain('Done: setMode.')
})

test.each([
  ['reduce now', 'trader', '"now" is one word too many'],
  ['reduce', 'viewer', 'reduce needs the role trader; yours is viewer.'],
] as const)('%s as %s: %s', async (text, role, says) => {
  const { shown, asked } = await type(text, {}, role)
  expect(asked).toEqual([])
  expect(shown).toContain(says)
})
