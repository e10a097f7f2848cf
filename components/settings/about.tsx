'use client'
import { useMode } from '@/components/page/mode'
import { Logo } from '@/components/ui/logo'
import type { Mode } from '@/lib/protocol/mode'
import { Group, Section } from './section'

const historySharing: Record<Mode, string> = {
  local: 'Only this machine can reach that server, and every browser on it shares one history.',
  password: 'Everyone who has the password shares one history, on any device.',
  open: 'Each browser has its own history, kept by a cookie. If you clear your cookies, you lose access to it.',
}

const docs = [
  { name: 'providers', title: 'Providers' },
  { name: 'prices', title: 'Prices' },
  { name: 'budgets', title: 'Tokens, costs, and budgets' },
  { name: 'reliability', title: 'Reliability' },
  { name: 'deploy', title: 'Deploying Rill' },
]

export function About({ version, license, database }: { version: string; license: string; database: string }) {
  const mode = useMode()
  return (
    <Section slug="about">
      <div className="space-y-8">
        <div className="flex items-center gap-4">
          <Logo className="size-9 shrink-0 text-accent" />
          <div className="text-small">
            <p className="font-strong">Rill {version}</p>
            <p className="text-ink-quiet">A chat app for language models that never loses a word. {license} License.</p>
          </div>
        </div>
        <Group title="Where your data is kept">
          <ul className="max-w-measure list-disc space-y-1.5 ps-4 text-ink-quiet text-small">
            <li>
              Conversations, settings, and usage are stored in a {database} database on the server that runs Rill.{' '}
              {historySharing[mode]}
            </li>
            <li>API keys are encrypted there, and are never sent back to your browser.</li>
            <li>Drafts stay in this browser until you send them.</li>
            <li>Your prompts go to the provider of the model you choose, and to no one else.</li>
            <li>Deleted conversations are erased for good after a day.</li>
          </ul>
        </Group>
        <Group title="Documentation">
          <ul className="space-y-1 text-small">
            {docs.map(({ name, title }) => (
              <li key={name}>
                <a
                  href={`/docs/${name}`}
                  target="_blank"
                  rel="noreferrer"
                  className="inline-flex touch:min-h-11 items-center rounded-small text-accent underline underline-offset-2"
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </Group>
      </div>
    </Section>
  )
}
