import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'Which version runs',
  role: 'viewer',
  args: z.object({}),
  run: async desk => replyOf([`RootTrading ${desk.version}`]),
})
