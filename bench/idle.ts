/** What it costs to listen: the open bars of 1,500 symbols at the pace of Binance, through streams and feed, while nothing closes. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openMarketStreams } from '#adapters/binance/streams.ts'
import { systemClock } from '#adapters/system/clock.ts'
import { openLiveFeed } from '#gateway/live-feed.ts'
import type { Clock } from '#ports/clock.ts'
import { pastOf } from './live-path/ours.ts'

const SYMBOLS = 1_500
const SETTLING_MS = 12_000
const MEASURED_MS = 8_000

/** The share of a core that this process needs for it. */
export async function idle(): Promise<number> {
  const pacer = fork(join(import.meta.dirname, 'kline-pacer.ts'))
  const [port] = (await once(pacer, 'message')) as [number]
  // no bar closes meanwhile
  const now = systemClock.now()
  const clock: Clock = { now: () => now, wait: systemClock.wait }
  const feed = await openLiveFeed({
    data: pastOf(clock, now),
    streams: openMarketStreams({ url: `ws://127.0.0.1:${port}`, clock: systemClock, random: Math.random, note() {} }),
    clock,
    needs: Array.from({ length: SYMBOLS }, (_, index) => ({ symbol: `C${index}USDC`, timeframe: '1m', anchor: now, warmup: 0 })),
    schedules: [],
    note() {},
  })
  const running = feed.run(null, async () => {})
  await pause(SETTLING_MS)
  const [began, before] = [performance.now(), process.cpuUsage()]
  await pause(MEASURED_MS)
  const { user, system } = process.cpuUsage(before)
  const share = (user + system) / 1000 / (performance.now() - began)
  feed.stop()
  await running
  pacer.disconnect()
  return share
}
