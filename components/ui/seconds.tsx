'use client'
import { useEffect, useState } from 'react'

/** Whole seconds since a moment (epoch ms), counting while it is shown; nothing during the first one. */
export function Seconds({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const seconds = Math.floor((now - since) / 1000)
  if (seconds < 1) return null
  return <span className="numbers"> · {formatSeconds(seconds * 1000)}</span>
}

/** `3.2 s`, `48 s`, `2 min 5 s`; whole seconds stay whole. */
export function formatSeconds(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds >= 60) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  if (seconds >= 10 || Number.isInteger(seconds)) return `${Math.round(seconds)} s`
  return `${seconds.toFixed(1)} s`
}
