'use client'
import { useEffect, useId } from 'react'
import { applyThemeColors } from '@/components/page/bar-colors'
import { SegmentedControl } from '@/components/ui/segmented-control'
import { useConversations } from '@/lib/client/state/context'
import type { Settings } from '@/lib/protocol/api'
import { ConnectionTest } from './connection'
import { Group, Section } from './section'

const themes: Record<Settings['theme'], string> = { system: 'System', light: 'Light', dark: 'Dark' }

export function General() {
  const theme = useConversations((state) => state.settings.theme)
  const save = useConversations((state) => state.saveSettings)
  useEffect(() => applyThemeColors(theme), [theme])
  return (
    <Section slug="general">
      <div className="space-y-8">
        <Group title="Theme">
          <SegmentedControl
            label="Theme"
            options={themes}
            value={theme}
            onChange={(chosen) => void save({ theme: chosen })}
          />
        </Group>
        <Typing />
        <Group
          title="Connection"
          description="Some proxies buffer streamed replies. This checks that text reaches your browser as it’s written."
        >
          <ConnectionTest />
        </Group>
      </div>
    </Section>
  )
}

function Typing() {
  const enterSends = useConversations((state) => state.settings.enterSends)
  const save = useConversations((state) => state.saveSettings)
  const checkbox = useId()
  return (
    <div className="flex items-start gap-2.5">
      <input
        id={checkbox}
        type="checkbox"
        checked={enterSends}
        onChange={(event) => void save({ enterSends: event.target.checked })}
        className="mt-0.5 size-4 touch:size-6 accent-accent"
      />
      <label htmlFor={checkbox} className="max-w-measure text-small">
        <span className="font-strong">Enter sends</span>
        <span className="block text-ink-quiet">
          {enterSends
            ? 'Press Enter to send, Shift+Enter to add a new line. On touch screens, Enter always adds a new line.'
            : 'Enter adds a new line; Ctrl+Enter (⌘ Enter on a Mac) sends.'}
        </span>
      </label>
    </div>
  )
}
