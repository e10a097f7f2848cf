'use client'
import { useSyncExternalStore } from 'react'

const bySystem = '(prefers-color-scheme: dark)'

/** Whether the page is dark; its own setting overrides the system's. */
export function useDark(): boolean {
  return useSyncExternalStore(subscribe, isDark, () => false)
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset
  return theme === 'dark' || (theme !== 'light' && window.matchMedia(bySystem).matches)
}

function subscribe(changed: () => void): () => void {
  const system = window.matchMedia(bySystem)
  const setting = new MutationObserver(changed)
  system.addEventListener('change', changed)
  setting.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => {
    system.removeEventListener('change', changed)
    setting.disconnect()
  }
}
