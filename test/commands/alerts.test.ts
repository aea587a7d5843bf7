import { describe, expect, test } from 'vitest'
import { shown, type } from '../support/fake-desk.ts'

describe('alerts', () => {
  test('shows how loud each kind of news is', async () => {
    expect(await shown('alerts')).toMatchInlineSnapshot(`
      "News        Volume
      signal      silent
      order       off
      fill        loud
      stop_moved  silent
      stop_hit    loud
      denied      silent
      halt        loud
      start       loud
      stop        loud
      trouble     loud"
    `)
    expect(await shown('alerts fill')).toMatchInlineSnapshot(`
      "News  Volume
      fill  loud"
    `)
  })

  test('an admin changes it', async () => {
    expect(await type('alerts fill silent')).toMatchObject({
      asked: [['setVolume', 'ann', 'fill', 'silent']],
      shown: expect.stringContaining('Done'),
    })
    expect((await type('news order OFF')).asked).toEqual([['setVolume', 'ann', 'order', 'off']])
  })

  test.each(['trader', 'viewer'] as const)('a %s looks and changes nothing', async role => {
    const { asked, shown: text } = await type('alerts fill off', {}, role)
    expect(asked).toEqual([])
    expect(text).toBe(`alerts in this use needs the role admin; yours is ${role}.`)
    expect((await type('alerts', {}, role)).shown).toContain('fill')
  })

  test.each([
    ['alerts quiet', '"quiet" is not one of'],
    ['alerts loud', 'Which news shall be loud? One of signal, order'],
    ['alerts fill loud now', 'one word too many'],
  ])('%s: %s', async (text, problem) => {
    const { asked, shown: said } = await type(text)
    expect(asked).toEqual([])
    expect(said.toLowerCase()).toContain(problem.toLowerCase())
  })
})
