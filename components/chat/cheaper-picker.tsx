'use client'
import { Coins } from 'lucide-react'
import { useMemo, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useLazy } from '@/components/ui/use-lazy'
import { useConversations } from '@/lib/store/context'
import { cheaperModels } from './cheaper'
import { fetchPopover } from './model-picker'

/** A button that offers the models which cost less, and goes on with the one that is chosen. Nothing when none is known. */
export function CheaperPicker({
  conversationId,
  model,
  face,
  onChosen,
}: {
  conversationId: string
  model: string
  face: string
  onChosen(model: string): void
}) {
  const models = useConversations((state) => state.models)
  const currency = useConversations((state) => state.settings.currency)
  const perDollar = useConversations((state) => state.settings.exchangeRate)
  const setModel = useConversations((state) => state.setModel)
  const { component: Popover, load } = useLazy(fetchPopover)
  const [open, setOpen] = useState(false)
  const groups = useMemo(
    () => cheaperModels(models, model, { currency, perDollar }),
    [models, model, currency, perDollar],
  )
  if (groups.length === 0) return null
  const button = (
    <Button
      aria-haspopup="dialog"
      aria-expanded={open}
      onPointerEnter={() => void load()}
      onClick={Popover ? undefined : () => void load().then(() => setOpen(true))}
    >
      <Coins size={16} aria-hidden="true" />
      {face}
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
