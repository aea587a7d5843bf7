import { expect, test } from 'vitest'
import { shown } from '../support/fake-desk.ts'

test('version', async () => {
  expect(await shown('version')).toMatchInlineSnapshot(`"RootTrading 0.1.0"`)
})
