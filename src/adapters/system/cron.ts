import { schedule } from 'node-cron'

/** Does something at each slot of a cron expression (UTC) until it is called off. What it does must not reject. */
export function atEach(expression: string, act: () => Promise<void>): () => void {
  const task = schedule(expression, () => act(), { timezone: 'UTC' })
  return () => void task.stop()
}
