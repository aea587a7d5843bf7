/** pause, reduce, halt: what each still lets happen. Protection and people's exits always work. */
import { describe } from 'vitest'
import { money } from '#domain/money.ts'
import type { Engine } from '#engine'
import { enter, exit } from '#strategy'
import type { Mode } from '#trader/mode.ts'
import { MANUAL } from '#trader/trader.ts'
import { hour, quiet } from '../support/desk.ts'
import { tell } from '../support/story.ts'

const to = (mode: Mode) => (engine: Engine) => engine.trader.setMode(mode)

describe('entries', () => {
  for (const mode of ['paused', 'reduced', 'halted'] as const)
    tell([
      {
        name: `${mode}: a strategy does not enter; running again, it does`,
        scene: {
          bars: quiet(6),
          says: { 1: enter({ reason: 'go' }), 3: enter({ reason: 'go' }) },
          people: { 1: to(mode), 3: to('running') },
        },
        story: `
          2 no enter: ${mode}
          4 bought 10 at 100`,
      },
    ])
  tell([
    {
      name: 'paused: an open entry goes on waiting',
      scene: { bars: [...quiet(3), '100 100 89 90'], says: { 0: enter({ reason: 'go', at: { limit: 90 } }) }, people: { 2: to('paused') } },
      story: `
        1 limit 90 for 10
        3+ bought 10 at 90`,
    },
    ...(['reduced', 'halted'] as const).map(mode => ({
      name: `${mode}: open entries are cancelled`,
      scene: { bars: [...quiet(3), '100 100 89 90'], says: { 0: enter({ reason: 'go', at: { limit: 90 } }) }, people: { 2: to(mode) } },
      story: `
        1 limit 90 for 10
        - limit 90 cancelled`,
    })),
  ])
})

describe('exits', () => {
  const held = { 0: enter({ reason: 'go', stopLoss: 95 }), 2: exit({ reason: 'out' }) }
  tell([
    ...(['paused', 'reduced'] as const).map(mode => ({
      name: `${mode}: strategies leave`,
      scene: { bars: quiet(5), says: held, people: { 2: to(mode) } },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        - stop 95 cancelled
        3 sold 10 at 100: out
        3 closed 0: out`,
    })),
    {
      name: 'halted: strategies do not leave, but the stop works',
      scene: { bars: [...quiet(4), '100 100 94 95', ...quiet(1)], says: held, people: { 2: to('halted') } },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        3 no exit: halted
        4+ sold 10 at 95: stop loss
        4+ closed -50: stop loss`,
    },
    {
      name: 'halted: the trailing stop goes on following',
      scene: {
        bars: [...quiet(3), '100 110 100 109', '109 109 104 105'],
        says: { 0: enter({ reason: 'go', trailing: 5 }) },
        people: { 2: to('halted') },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        2 stop 96 for 10
        - stop 95 cancelled
        4 stop 105 for 10
        - stop 96 cancelled
        4+ sold 10 at 105: stop loss
        4+ closed 50: trailing stop`,
    },
    {
      name: 'halted: a person leaves',
      scene: {
        bars: quiet(5),
        says: held,
        people: {
          2: to('halted'),
          3: engine => void engine.trader.exits.leave(engine.slot('script', 'BTCUSDC')!, 'by hand', 0n as never, hour(3)),
        },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        3 no exit: halted
        - stop 95 cancelled
        3 sold 10 at 100: by hand
        3 closed 0: by hand`,
    },
    {
      name: 'paused: a person enters',
      scene: {
        bars: quiet(4),
        people: {
          1: to('paused'),
          2: engine => {
            const wished = { reason: 'by hand', time: hour(2), values: null }
            engine.trader.enter(
              engine.slot(MANUAL, 'BTCUSDC')!,
              enter({ reason: 'by hand', stopLoss: 95 }),
              { kind: 'quote', amount: money('500') },
              wished,
            )
          },
        },
      },
      story: `
        2 bought 5 at 100
        2 stop 95 for 5`,
    },
    {
      name: 'switched off: no entries, exits go on',
      scene: {
        bars: quiet(6),
        says: { 0: enter({ reason: 'go' }), 2: exit({ reason: 'out' }), 3: enter({ reason: 'go' }) },
        people: {
          2: engine => {
            engine.slot('script', 'BTCUSDC')!.enabled = false
          },
        },
      },
      story: `
        1 bought 10 at 100
        3 sold 10 at 100: out
        3 closed 0: out
        4 no enter: disabled`,
    },
    {
      name: 'quarantined: no entries, protection goes on',
      scene: {
        bars: [...quiet(3), '100 100 94 95', ...quiet(2)],
        says: { 0: enter({ reason: 'go', stopLoss: 95 }), 4: enter({ reason: 'go' }) },
        people: {
          2: engine => {
            engine.slot('script', 'BTCUSDC')!.quarantined = 'its file is missing or broken'
          },
        },
      },
      story: `
        1 bought 10 at 100
        1 stop 95 for 10
        3+ sold 10 at 95: stop loss
        3+ closed -50: stop loss
        5 no enter: quarantined`,
    },
  ])
})
