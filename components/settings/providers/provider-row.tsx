import type { Provider } from '@/lib/protocol/providers'
import { EditableRow } from '../editable-row'
import { hasStoredKey } from './provider-draft'

/** A stored provider, which can be edited or deleted. */
export function ProviderRow({
  provider,
  onEdit,
  onDelete,
  onKeep,
}: {
  provider: Provider
  onEdit(): void
  /** If it rejects, the problem is shown. */
  onDelete(): Promise<void>
  /** The deletion was canceled. */
  onKeep(): void
}) {
  const { name, baseUrl, headerNames, unreadable } = provider
  const details = [
    hasStoredKey(provider) ? 'Key saved' : 'No key',
    ...(headerNames.length > 0 ? [`headers: ${headerNames.join(', ')}`] : []),
  ]
  return (
    <EditableRow
      editLabel={`Edit ${name}`}
      onEdit={onEdit}
      removal={{
        label: `Delete ${name}`,
        question: `Delete ${name} and its key? This can’t be undone.`,
        action: 'Delete',
        onConfirm: onDelete,
        onCancel: onKeep,
      }}
    >
      <p dir="auto" className="font-strong wrap-anywhere">
        {name}
      </p>
      <p className="text-ink-quiet wrap-anywhere">{baseUrl}</p>
      {unreadable ? (
        <p className="max-w-measure text-danger text-note">
          Rill can’t read the saved key because the server’s secret changed. Edit this provider and enter the key again.
        </p>
      ) : (
        <p className="text-ink-quiet text-note wrap-anywhere">{details.join(' · ')}</p>
      )}
    </EditableRow>
  )
}
