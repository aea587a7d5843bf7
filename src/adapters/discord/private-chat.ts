/** How a chat is named that is a person's private one: its channel is asked for when it is written to. */
export const privateChat = (user: string): string => `user ${user}`
