/** Which interactions act: slash commands and presses of our own buttons, by people. */
import { type APIInteraction, ApplicationCommandOptionType, ComponentType, InteractionType } from 'discord.js'
import type { Time } from '#domain/time.ts'
import type { Incoming } from '#ports/messenger.ts'

/** Before the command of a button; `AGAIN` asks for the same once more, in the same message. */
export const PRESS = 'c:'
/** See `PRESS`. */
export const AGAIN = 'r:'

/** Milliseconds between 1970 and the first of Discord's ids. */
const FIRST_ID = 1_420_070_400_000n

/** When an id was given: its upper bits tell. */
const timeOfId = (id: string): Time => Number((BigInt(id) >> 22n) + FIRST_ID) as Time

/** A message, and whether its answer rewrites the one that the button stands under. */
export interface Read {
  readonly message: Incoming
  readonly rewrite: boolean
}

const quoted = (value: string): string => `"${value.replaceAll('"', "'")}"`

/** The message that an interaction is, or null: it does nothing. `bot`: our application. */
export function readInteraction(interaction: APIInteraction, bot: string): Read | null {
  const { id, channel, guild_id: guild } = interaction
  const user = interaction.member?.user ?? interaction.user
  if (user === undefined || user.bot === true || channel === undefined || interaction.application_id !== bot) return null
  const asked = textOf(interaction)
  if (asked === null) return null
  return {
    message: {
      platform: 'discord',
      bot,
      update: id,
      message: id,
      chat: channel.id,
      place: guild ?? null,
      user: user.id,
      name: user.global_name ?? user.username,
      text: asked.text,
      button: interaction.type === InteractionType.MessageComponent,
      sentAt: timeOfId(id),
    },
    rewrite: asked.rewrite,
  }
}

function textOf(interaction: APIInteraction): { readonly text: string; readonly rewrite: boolean } | null {
  if (interaction.type === InteractionType.MessageComponent) {
    const { component_type: type, custom_id: id } = interaction.data
    const rewrite = id.startsWith(AGAIN)
    return type === ComponentType.Button && (rewrite || id.startsWith(PRESS)) ? { text: id.slice(PRESS.length), rewrite } : null
  }
  if (interaction.type !== InteractionType.ApplicationCommand || !('options' in interaction.data || interaction.data.type === 1))
    return null
  const options = 'options' in interaction.data ? (interaction.data.options ?? []) : []
  const given = options.flatMap(option =>
    option.type === ApplicationCommandOptionType.String || option.type === ApplicationCommandOptionType.Integer
      ? [`${option.name}=${quoted(String(option.value))}`]
      : [],
  )
  return { text: [`/${interaction.data.name}`, ...given].join(' '), rewrite: false }
}
