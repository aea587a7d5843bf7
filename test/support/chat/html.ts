/** What Telegram makes of HTML: the text that shows, or what is wrong with it in Telegram's words. */
const TAGS = new Set(['b', 'strong', 'i', 'em', 'u', 'ins', 's', 'strike', 'del', 'code', 'pre', 'a', 'blockquote', 'tg-spoiler'])
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' }

/** Parses a text with parse mode HTML, strictly. */
export function parseHtml(html: string): { readonly text: string } | { readonly problem: string } {
  const open: string[] = []
  let text = ''
  for (const token of html.match(/<[^>]*>?|&[a-z]+;|[^<&]+|[<&]/gi) ?? []) {
    if (token.startsWith('<')) {
      const match = /^<(\/?)([a-z-]+)(?:\s[^>]*)?>$/i.exec(token)
      const name = match?.[2]?.toLowerCase() ?? ''
      if (match === null || !TAGS.has(name))
        return { problem: `can't parse entities: Unsupported start tag "${name}" at byte offset ${text.length}` }
      if (match[1] === '') open.push(name)
      else if (open.pop() !== name) return { problem: `can't parse entities: Unmatched end tag at byte offset ${text.length}` }
    } else if (token.startsWith('&')) {
      const sign = ENTITIES[token.toLowerCase()]
      if (sign === undefined) return { problem: `can't parse entities: an ampersand stands alone at byte offset ${text.length}` }
      text += sign
    } else text += token
  }
  return open.length === 0 ? { text } : { problem: `can't parse entities: Can't find end tag corresponding to start tag ${open.at(-1)}` }
}
