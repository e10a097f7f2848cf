'use client'
import { memo, useState } from 'react'

const MAX_BYTES = 5 * 1024 * 1024
const picture = /^data:image\/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=%]*$/i

/** Whether a URL holds the image itself, so that showing it makes no request. */
export function isDataImage(url: string): boolean {
  return url.slice(0, 11).toLowerCase() === 'data:image/'
}

/** An image whose URL holds its data. If it is invalid or too large, its alternative text is shown. */
export const DataImage = memo(function DataImage({ url, alt }: { url: string; alt: string }) {
  const [failed, setFailed] = useState(false)
  const size = (url.length * 3) / 4
  if (size > MAX_BYTES)
    return <span>{`${alt || 'Image'} (too large to show: ${(size / 1024 / 1024).toFixed(1)} MB)`}</span>
  if (failed || !picture.test(url)) return <span>{`${alt || 'Image'} (can’t be shown)`}</span>
  return (
    // biome-ignore lint/performance/noImgElement: it is in the text, and there is nothing to optimise.
    <img src={url} alt={alt || 'Image'} decoding="async" onError={() => setFailed(true)} />
  )
})
