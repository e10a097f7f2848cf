'use client'
import { Coins } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useConversations } from '@/lib/client/state/context'
import { client } from '@/lib/client/transport/page-client'
import { fittingModels, MOST_MODELS_ASKED } from '@/lib/protocol/billing/budgets'
import type { GenerationSummary } from '@/lib/protocol/messages'
import type { FittingModelsRequest } from '@/lib/protocol/requests/turns'
import { cheaperModels } from './cheaper-models'
import { LazyModelPopover, useModelPopover } from './lazy-model-popover'
import type { ListedGroup } from './model-filter'

/** A button that lists the cheaper models that fit the budgets; renders nothing if there are none. */
export function CheaperPicker({
  conversationId,
  generation: { id, model, status },
  onChosen,
}: {
  conversationId: string
  generation: GenerationSummary
  onChosen(model: string): void
}) {
  const models = useConversations((state) => state.models)
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  const setModel = useConversations((state) => state.setModel)
  const { popover, triggerProps } = useModelPopover()
  const cheaper = useMemo(
    () => cheaperModels(models, model, { currency, perDollar }, MOST_MODELS_ASKED),
    [models, model, currency, perDollar],
  )
  const groups = useFittingModels(id, cheaper)
  if (groups.length === 0) return null
  const trigger = (
    <Button aria-haspopup="dialog" {...triggerProps}>
      <Coins size={16} aria-hidden="true" />
      {status === 'interrupted' ? 'Continue with a cheaper model' : 'Try a cheaper model'}
    </Button>
  )
  return (
    <LazyModelPopover
      popover={popover}
      trigger={trigger}
      groups={groups}
      value={null}
      // `onChosen` moves the focus.
      focusNext={() => undefined}
      onChoose={(chosen) => {
        void setModel(conversationId, chosen)
        onChosen(chosen)
      }}
    />
  )
}

/** The models that fit the budgets according to the server; none until it responds. */
function useFittingModels(generationId: string, groups: ListedGroup[]): ListedGroup[] {
  const [fittingIds, setFittingIds] = useState<Set<string>>(new Set())
  useEffect(() => {
    const models = groups.flatMap((group) => group.models.map(({ id }) => id))
    if (models.length === 0) return
    let current = true
    client()
      .post(fittingModels, `/api/generations/${encodeURIComponent(generationId)}/models`, {
        models,
      } satisfies FittingModelsRequest)
      .then(
        (result) => current && setFittingIds(new Set(result.models)),
        () => undefined,
      )
    return () => {
      current = false
    }
  }, [generationId, groups])
  return groups
    .map((group) => ({ ...group, models: group.models.filter(({ id }) => fittingIds.has(id)) }))
    .filter(({ models }) => models.length > 0)
}
