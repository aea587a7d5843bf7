import { describe, expect, test } from 'vitest'
import { Pace } from '#chat/pace.ts'
import { joined } from '#chat/sender.ts'
import { isNewsKind, readVolumes, usualVolumes } from '#domain/news.ts'
import type { Posted } from '#ports/mailbox.ts'
import type { Time } from '#domain/time.ts'
import { TestClock } from '../support/chat/clock.ts'

const posted = (id: number, kind: Posted['kind'], text: string): Posted => ({ id, kind, text, time: 0 as Time })

describe('what one message takes', () => {
  const volumes = { ...usualVolumes, order: 'off', signal: 'silent', fill: 'loud' } as const

  test.each<[string, Posted[], ReturnType<typeof joined>]>([
    ['nothing', [], { text: '', silent: true, upTo: 0 }],
    ['what is off is passed over', [posted(1, 'order', 'a')], { text: '', silent: true, upTo: 1 }],
    ['silent ones stay silent', [posted(1, 'signal', 'a'), posted(2, 'signal', 'b')], { text: 'a\n\nb', silent: true, upTo: 2 }],
    [
      'one loud one is heard',
      [posted(1, 'signal', 'a'), posted(2, 'order', 'x'), posted(3, 'fill', 'b')],
      { text: 'a\n\nb', silent: false, upTo: 3 },
    ],
    [
      'as many as fit',
      [posted(1, 'fill', 'aaaa'), posted(2, 'fill', 'bbbb'), posted(3, 'fill', 'c')],
      { text: 'aaaa\n\nbbbb', silent: false, upTo: 2 },
    ],
    ['one too long is cut', [posted(1, 'fill', 'abcdefghijklmn')], { text: 'abcdefgh …', silent: false, upTo: 1 }],
  ])('%s', (_, news, expected) => {
    expect(joined(news, volumes, 10)).toEqual(expected)
  })
})

describe('the pace', () => {
  async function times(group: boolean, news: boolean, count: number): Promise<number[]> {
    const clock = new TestClock()
    const pace = new Pace(clock)
    const sent: number[] = []
    const all = Promise.all(
      Array.from({ length: count }, () =>
        pace.turn({ platform: 'telegram', chat: '1', group }, news).then(() => void sent.push(clock.now())),
      ),
    )
    await clock.passUntil(all, 1_000)
    return sent
  }
  const mostWithin = (sent: readonly number[], span: number): number =>
    Math.max(...sent.map(from => sent.filter(time => time >= from && time < from + span).length))

  test('a private chat gets at most one a second', async () => {
    expect(mostWithin(await times(false, true, 50), 1_000)).toBe(1)
  })

  test('a group gets at most twenty a minute, and room is left for answers', async () => {
    expect(mostWithin(await times(true, false, 70), 60_000)).toBeLessThanOrEqual(20)
    expect(mostWithin(await times(true, true, 70), 60_000)).toBeLessThanOrEqual(15)
  })

  test('chats do not wait for each other', async () => {
    const clock = new TestClock()
    const pace = new Pace(clock)
    for (let chat = 0; chat < 30; chat++) await pace.turn({ platform: 'telegram', chat: String(chat), group: true }, true)
    expect(clock.waits).toEqual([])
  })
})

describe('volumes', () => {
  test('are read from a setting; the rest is as usual', () => {
    expect(readVolumes('signal:off, FILL:silent')).toEqual({ ...usualVolumes, signal: 'off', fill: 'silent' })
    expect(readVolumes('')).toEqual(usualVolumes)
    expect([isNewsKind('fill'), isNewsKind('fills')]).toEqual([true, false])
  })

  test.each([
    ['fills:off', '"fills" is no kind of news: write one of signal, order'],
    ['fill:quiet', '"fill:quiet" is not loud, silent or off: write fill:silent'],
    ['fill', '"fill" is not loud, silent or off'],
  ])('%s is refused', (text, problem) => {
    expect(() => readVolumes(text)).toThrow(problem)
  })
})
