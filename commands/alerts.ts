import { z } from 'zod'
import { choice, defineCommand, refresh, replyOf, table, UsageError } from '#command'
import { newsKinds, volumes } from '#domain/news.ts'

export default defineCommand({
  summary: 'How loud news are; an admin may change it',
  role: 'viewer',
  roleFor: ({ volume }) => (volume === undefined ? 'viewer' : 'admin'),
  aliases: ['news'],
  examples: ['', 'fill silent', 'order off'],
  args: z.object({
    kind: choice(newsKinds, 'what the news are about').optional(),
    volume: choice(volumes, 'with a sound, without, or not at all').optional(),
  }),
  async run(desk, { kind, volume }, { person }) {
    if (kind !== undefined && volume !== undefined)
      return replyOf([(await desk.setVolume(person.name, kind, volume)).message], [{ label: 'All', command: 'alerts' }])
    if (volume !== undefined) throw new UsageError(`which news shall be ${volume}? One of ${newsKinds.join(', ')}`)
    const now = desk.volumes()
    const shown = newsKinds.filter(one => kind === undefined || one === kind)
    return replyOf(
      [
        table(
          ['News', 'Volume'],
          shown.map(one => [one, now[one]]),
        ),
      ],
      [refresh('alerts')],
    )
  },
})
