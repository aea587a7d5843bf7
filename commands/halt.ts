import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'Stop strategies altogether; stops stay in place',
  role: 'trader',
  aliases: ['stop'],
  args: z.object({}),
  async run(desk, _args, { person }) {
    const { message } = await desk.setMode(person.name, 'halted')
    return replyOf([message], [{ label: 'Positions', command: 'positions' }])
  },
})
