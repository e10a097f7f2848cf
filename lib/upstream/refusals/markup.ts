import 'server-only'

/** Whether a body is a web page, e.g. from a proxy or a sign-in wall. */
export function isMarkup(text: string): boolean {
  return (
    /^\s*(?:<!doctype|<html|<head|<body|<\?xml|<!--)/i.test(text.slice(0, 200)) ||
    /<\/(?:html|body|head|title)>/i.test(text)
  )
}
