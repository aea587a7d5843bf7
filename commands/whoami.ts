import { z } from 'zod'
import { defineCommand, replyOf } from '#command'

export default defineCommand({
  summary: 'Your numeric id and your role',
  role: 'viewer',
  open: true,
  aliases: ['id'],
  args: z.object({}),
  async run(_desk, _args, { person: { role, from } }) {
    if (from === undefined) return replyOf([`You are at the terminal: ${role}.`])
    const { platform, user, place } = from
    const prefix = platform.toUpperCase()
    const places = platform === 'telegram' ? `${prefix}_CHATS` : `${prefix}_GUILDS`
    const mine =
      role === null
        ? `You have no role here. To get one, put ${user} into ${prefix}_ADMINS, ${prefix}_TRADERS or ${prefix}_VIEWERS.`
        : `Your role is ${role}.`
    return replyOf([
      [
        `Your id is ${user}.`,
        ...(place === null
          ? []
          : [`This ${platform === 'telegram' ? 'group' : 'guild'} is ${place}; ${places} lists those that are answered.`]),
        mine,
      ].join('\n'),
    ])
  },
})
