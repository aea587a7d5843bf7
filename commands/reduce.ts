import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'No new entries at all, waiting ones are cancelled',
  role: 'trader',
  args: z.object({}),
  async run(desk, _args, { person }) {
    const { message } = await desk.setMode(person.name, 'reduced')
    return replyOf([message], [{ label: 'Resume', command: 'resume' }])
  },
})
