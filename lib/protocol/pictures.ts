const picture = /!\[([^\]\n]{0,1000})\]\(data:image\/[^)]*\)/g

/** Replaces embedded images by their alternative text: their data is of no use to a model. */
export function withoutPictures(text: string): string {
  if (!text.includes('](data:image/')) return text
  return text.replace(picture, (_, alt: string) => `[${alt || 'Image'}]`)
}
