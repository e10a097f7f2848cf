const picture = /!\[([^\]\n]{0,1000})\]\(data:image\/[^)]*\)/g

/** A text with its pictures by their words alone: each is millions of characters, and none that a model is to read. */
export function withoutPictures(text: string): string {
  if (!text.includes('](data:image/')) return text
  return text.replace(picture, (_, alt: string) => `[${alt || 'Image'}]`)
}
