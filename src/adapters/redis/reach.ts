import { Redis } from 'ioredis'
import { Fault } from '#domain/fault.ts'
import { connection, reasonOf, type RedisOptions } from './wire.ts'

/** Asks a Redis once. Its version. Throws a Fault that says what is wrong and the mend, without the password. */
export async function reachRedis(options: RedisOptions): Promise<string> {
  const redis = new Redis(connection(options, () => null))
  // why it ended is told by an event, what waits for it only hears that it did
  let cause: Error | null = null
  redis.on('error', error => {
    cause ??= error
  })
  try {
    await redis.connect()
    const info = await redis.info('server')
    return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
  } catch (error) {
    throw new Fault('misconfigured', `Redis at ${options.host}:${options.port} ${reasonOf(cause ?? (error as Error))}`)
  } finally {
    redis.disconnect()
  }
}
