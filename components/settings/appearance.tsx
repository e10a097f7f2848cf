'use client'
import { useId } from 'react'
import type { Settings } from '@/lib/protocol/api'
import { useConversations } from '@/lib/store/context'

const themes: { value: Settings['theme']; label: string }[] = [
  { value: 'system', label: 'Like the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

export function Appearance() {
  const { theme, enterSends } = useConversations((state) => state.settings)
  const save = useConversations((state) => state.saveSettings)
  const enter = useId()
  return (
    <div className="space-y-5">
      <fieldset>
        <legend className="font-strong text-small">Theme</legend>
        <div className="mt-1 inline-flex rounded-small border border-line-strong p-0.5">
          {themes.map(({ value, label }) => (
            <label
              key={value}
              className="relative flex h-8 touch:h-11 items-center rounded-[4px] px-3 text-small transition-colors has-checked:bg-accent has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
            >
              <input
                type="radio"
                name="theme"
                value={value}
                checked={theme === value}
                onChange={() => void save({ theme: value })}
                className="absolute inset-0 cursor-pointer appearance-none rounded-[4px] outline-none"
              />
              {label}
            </label>
          ))}
        </div>
      </fieldset>
      <div className="flex items-start gap-2.5">
        <input
          id={enter}
          type="checkbox"
          checked={enterSends}
          onChange={(event) => void save({ enterSends: event.target.checked })}
          className="mt-0.5 size-4 touch:size-6 accent-accent"
        />
        <label htmlFor={enter} className="text-small">
          <span className="font-strong">Enter sends</span>
          <span className="block text-ink-quiet">
            {enterSends
              ? 'Shift with Enter breaks the line. On a touch screen Enter always does.'
              : 'Enter breaks the line; Ctrl or Cmd with Enter sends.'}
          </span>
        </label>
      </div>
    </div>
  )
}
