import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'Trade again after pause, reduce or halt',
  role: 'trader',
  args: z.object({}),
  async run(desk, _args, { person }) {
    const { message } = await desk.setMode(person.name, 'running')
    return replyOf([message], [{ label: 'Status', command: 'status' }])
  },
})
