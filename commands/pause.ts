import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'No new entries of strategies; people may buy',
  role: 'trader',
  args: z.object({}),
  async run(desk, _args, { person }) {
    const { message } = await desk.setMode(person.name, 'paused')
    return replyOf([message], [{ label: 'Resume', command: 'resume' }])
  },
})
