'use client'
import { Coins } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Button } from '@/components/ui/button'
import { usePopup } from '@/components/ui/lazy/use-popup'
import { useConversations } from '@/lib/client/state/context'
import { client } from '@/lib/client/transport/page-client'
import { fittingModels, MOST_MODELS_ASKED } from '@/lib/protocol/billing/budgets'
import type { GenerationSummary } from '@/lib/protocol/messages'
import type { FittingModelsRequest } from '@/lib/protocol/requests/turns'
import { cheaperModels } from './cheaper-models'
import type { ListedGroup } from './model-filter'
import { modelPopover } from './model-picker'

/**
 * A button that offers the models which cost less and fit in what is left of the budgets, and goes on with the one that
 * is chosen. Nothing when there is none.
 */
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
  const { component: Popover, open, setOpen, props } = usePopup(modelPopover)
  const cheaper = useMemo(
    () => cheaperModels(models, model, { currency, perDollar }, MOST_MODELS_ASKED),
    [models, model, currency, perDollar],
  )
  const groups = useFitting(id, cheaper)
  if (groups.length === 0) return null
  const button = (
    <Button aria-haspopup="dialog" {...props}>
      <Coins size={16} aria-hidden="true" />
      {status === 'interrupted' ? 'Continue with a cheaper model' : 'Try a cheaper model'}
    </Button>
  )
  if (!Popover) return button
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      trigger={button}
      groups={groups}
      value={null}
      // What goes on takes the focus itself.
      focusNext={() => undefined}
      onChange={(chosen) => {
        setOpen(false)
        void setModel(conversationId, chosen)
        onChosen(chosen)
      }}
    />
  )
}

/** What the server finds to fit. Until it has answered, and where it cannot, nothing is offered. */
function useFitting(generationId: string, groups: ListedGroup[]): ListedGroup[] {
  const [fitting, setFitting] = useState<Set<string>>(new Set())
  useEffect(() => {
    const models = groups.flatMap((group) => group.models.map(({ id }) => id))
    if (models.length === 0) return
    let current = true
    client()
      .post(fittingModels, `/api/generations/${encodeURIComponent(generationId)}/models`, {
        models,
      } satisfies FittingModelsRequest)
      .then(
        (answer) => current && setFitting(new Set(answer.models)),
        () => undefined,
      )
    return () => {
      current = false
    }
  }, [generationId, groups])
  return groups
    .map((group) => ({ ...group, models: group.models.filter(({ id }) => fitting.has(id)) }))
    .filter(({ models }) => models.length > 0)
}
