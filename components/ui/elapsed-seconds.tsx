'use client'
import { useEffect, useState } from 'react'

/** Counts whole seconds since `since` (epoch ms); empty during the first second. */
export function ElapsedSeconds({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.floor((now - since) / 1000)
  if (seconds < 1) return null
  return <span className="tabular-nums"> · {formatSeconds(seconds * 1000)}</span>
}

/** `3.2 s`, `3 s`, `48 s`, `2 min 5 s` */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  if (seconds >= 10 || Number.isInteger(seconds)) return `${Math.round(seconds)} s`
  return `${seconds.toFixed(1)} s`
}
