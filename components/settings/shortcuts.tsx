'use client'
import { useConversations } from '@/lib/client/state/context'
import { Section } from './section'
import { useMac } from './use-mac'

interface Shortcut {
  action: string
  /** Pressed together. `Mod` is ⌘ on a Mac and Ctrl elsewhere. */
  keys: string[]
}

const everywhere: Shortcut[] = [
  { action: 'New conversation', keys: ['Mod', 'Shift', 'O'] },
  { action: 'Open or close the sidebar', keys: ['Mod', 'B'] },
  { action: 'Go to the message box', keys: ['Shift', 'Esc'] },
]

const conversation: Shortcut[] = [
  { action: 'Stop the reply', keys: ['Esc'] },
  { action: 'Find in the conversation', keys: ['Mod', 'F'] },
  { action: 'Bring back your last message, in an empty box', keys: ['↑'] },
]

const typing: Record<'enterSends' | 'enterAddsLine', Shortcut[]> = {
  enterSends: [
    { action: 'Send', keys: ['Enter'] },
    { action: 'Add a new line', keys: ['Shift', 'Enter'] },
  ],
  enterAddsLine: [
    { action: 'Send', keys: ['Mod', 'Enter'] },
    { action: 'Add a new line', keys: ['Enter'] },
  ],
}

const findBar: Shortcut[] = [
  { action: 'Next match', keys: ['Enter'] },
  { action: 'Previous match', keys: ['Shift', 'Enter'] },
  { action: 'Close', keys: ['Esc'] },
]

export function Shortcuts() {
  const enterSends = useConversations((state) => state.settings.enterSends)
  const mac = useMac()
  const groups = [
    { title: 'Anywhere', shortcuts: everywhere },
    { title: 'Message box', shortcuts: typing[enterSends ? 'enterSends' : 'enterAddsLine'] },
    { title: 'Conversation', shortcuts: conversation },
    { title: 'Find', shortcuts: findBar },
  ]
  return (
    <Section slug="shortcuts">
      <div className="space-y-8">
        {groups.map(({ title, shortcuts }) => (
          <table key={title} className="w-full border-line border-b text-small">
            <caption className="pb-1 text-start font-strong text-small">{title}</caption>
            <thead className="sr-only">
              <tr>
                <th scope="col">Action</th>
                <th scope="col">Keys</th>
              </tr>
            </thead>
            <tbody>
              {shortcuts.map(({ action, keys }) => (
                <tr key={action} className="border-line border-t">
                  <th scope="row" className="py-2 text-start font-regular">
                    {action}
                  </th>
                  <td className="py-2 ps-4 text-end">
                    <Keys keys={keys.map((key) => keyName(key, mac))} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </Section>
  )
}

function Keys({ keys }: { keys: string[] }) {
  return (
    <span className="inline-flex gap-1 whitespace-nowrap">
      {keys.map((key) => (
        <kbd
          key={key}
          className="inline-flex h-6 min-w-6 items-center justify-center rounded-small border border-line bg-surface-raised px-1.5 font-sans text-ink-quiet text-note"
        >
          {key}
        </kbd>
      ))}
    </span>
  )
}

function keyName(key: string, mac: boolean): string {
  const names: Record<string, string> = mac ? { Mod: '⌘', Shift: '⇧' } : { Mod: 'Ctrl' }
  return names[key] ?? key
}
