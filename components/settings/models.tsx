'use client'
import Link from 'next/link'
import { useEffect } from 'react'
import { ModelPicker } from '@/components/models/model-picker'
import { defaultModel } from '@/components/models/models'
import { useConversations } from '@/lib/client/state/context'
import type { ModelGroup } from '@/lib/protocol/api'
import { Group, Section } from './section'
import { settingsPath } from './sections'

/** The default model, and how many models each provider has. */
export function Models() {
  const model = useConversations(defaultModel)
  const models = useConversations((state) => state.models)
  const saveSettings = useConversations((state) => state.saveSettings)
  const loadModels = useConversations((state) => state.loadModels)
  // The page may have been rendered with a truncated list.
  useEffect(() => void loadModels(), [loadModels])
  return (
    <Section slug="models">
      <div className="space-y-8">
        <Group
          title="Default model"
          description="Used for new conversations. You can switch models in any conversation."
        >
          <div className="inline-flex max-w-full rounded-small border border-line-strong">
            <ModelPicker
              label="Default model"
              value={model}
              onChange={(chosen) => void saveSettings({ defaultModel: chosen })}
            />
          </div>
        </Group>
        <Group title="Available models">
          <ul className="border-line border-y *:border-line [&>*+*]:border-t">
            {models?.groups.map((group) => (
              <li key={group.providerId} className="flex flex-wrap justify-between gap-x-4 py-2.5 text-small">
                <span dir="auto" className="wrap-anywhere">
                  {group.name}
                </span>
                <span className={`tabular-nums ${group.problem ? 'text-warn' : 'text-ink-quiet'}`}>
                  {formatModelCount(group)}
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-3 flex flex-wrap gap-x-6 gap-y-2 text-small">
            <Link href={settingsPath('providers')} className={link}>
              Manage providers
            </Link>
            <Link href={settingsPath('prices')} className={link}>
              Prices
            </Link>
            <Link href="/lab" className={link}>
              Lab: compare speed →
            </Link>
          </p>
        </Group>
      </div>
    </Section>
  )
}

const link = 'inline-flex touch:min-h-11 items-center rounded-small text-accent underline underline-offset-2'

/** `1 model`, `240 models`, or that the list failed to load. */
export function formatModelCount({
  models,
  more = 0,
  problem,
}: Pick<ModelGroup, 'models' | 'more' | 'problem'>): string {
  if (problem) return 'Couldn’t load models'
  const count = models.length + more
  return count === 1 ? '1 model' : `${count.toLocaleString()} models`
}
