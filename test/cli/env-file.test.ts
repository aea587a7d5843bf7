import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unreadSettings } from '../../src/cli/env-file.ts'
import { temporaryFolder } from '../support/demo.ts'
import { through } from '../support/doors.ts'

const strategies = new URL('../../strategies/', import.meta.url)

test.each([
  ['TELEGRAM_ADMIN=1', ['TELEGRAM_ADMIN is read by nothing. Did you mean TELEGRAM_ADMINS?']],
  ['trade_size=1%', ['trade_size is read by nothing. Did you mean TRADE_SIZE?']],
  ['RSI_OVERSOLT=20\nRSI_WINDOW=9', ['RSI_OVERSOLT is read by nothing. Did you mean RSI_OVERSOLD?']],
  ['WEATHER=fine', ['WEATHER is read by nothing.']],
  ['TZ=Europe/Paris\nCOMPOSE_PROJECT_NAME=x\n# TELEGRAM_ADMIN=1\nSYMBOLS=BTCEUR', []],
])('%j: %j', async (text, says) => {
  const file = join(temporaryFolder('env'), '.env')
  writeFileSync(file, text)
  expect(await unreadSettings(file, strategies)).toEqual(says)
})

test('the example has none, nor has a file that is not there', async () => {
  const folder = temporaryFolder('env')
  copyFileSync(new URL('../../.env.example', import.meta.url), join(folder, '.env'))
  expect(await unreadSettings(join(folder, '.env'), strategies)).toEqual([])
  expect(await unreadSettings(join(folder, 'none'), strategies)).toEqual([])
})

test('the doctor and the start say so', async () => {
  const folder = temporaryFolder('env')
  writeFileSync(join(folder, '.env'), 'TRADE_SISE=1%\nDATABASE_URL=postgres://127.0.0.1:1/x\n')
  const doctor = await through('cli', ['doctor'], folder)
  expect(doctor.out).toMatch(/^note {3}settings {4}TRADE_SISE is read by nothing\. Did you mean TRADE_SIZE\?$/m)
  const start = await through('main', [], folder)
  expect(start.out).toContain('"msg":".env: TRADE_SISE is read by nothing. Did you mean TRADE_SIZE?"')
})
