'use client'
import { ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import { TextField } from '@/components/ui/text-field'
import { HeaderFields } from './header-fields'
import type { FieldName } from './provider-draft'
import { AddressFields, type FieldsProps } from './provider-fields'

const advancedFields: FieldName[] = ['headers', 'firstTokenTimeoutMs', 'idleTimeoutMs']

/** The fields that few people need. They open when one of them is invalid. */
export function AdvancedFields({
  withAddress,
  storedHeaders,
  invalidField,
  ...fields
}: FieldsProps & {
  /** Whether the name and the base URL are here too, because a preset filled them in. */
  withAddress: boolean
  /** The names of the stored headers. */
  storedHeaders: string[]
  invalidField: FieldName | null
}) {
  const [expanded, setExpanded] = useState(false)
  const body = useId()
  const names = [...advancedFields, ...(withAddress ? (['name', 'baseUrl'] as const) : [])]
  const open = expanded || (invalidField !== null && names.includes(invalidField))
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={body}
        onClick={() => setExpanded(!open)}
        className="-ms-1 inline-flex h-8 items-center gap-1 rounded-small pe-2 text-ink-quiet text-small hover:text-ink touch:h-11"
      >
        <ChevronRight size={16} aria-hidden="true" className={`transition-transform ${open ? 'rotate-90' : ''}`} />
        Advanced
      </button>
      <div id={body} hidden={!open}>
        {open ? (
          <div className="mt-3 space-y-5 border-line border-s-2 ps-4">
            {withAddress ? <AddressFields {...fields} /> : null}
            <HeaderFields
              stored={storedHeaders}
              rows={fields.draft.headers}
              problem={fields.problemFor('headers')}
              onChange={(headers) => fields.onChange({ headers })}
            />
            <TimeoutFields {...fields} />
          </div>
        ) : null}
      </div>
    </div>
  )
}

function TimeoutFields({ draft, problemFor, onChange }: FieldsProps) {
  const secondsInput = { type: 'number', inputMode: 'numeric', min: 1, max: 86_400, step: 1 } as const
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        {...secondsInput}
        label="First-token timeout (seconds)"
        hint="Default: 300 (600 for local servers and reasoning models)"
        value={draft.firstTokenTimeout}
        problem={problemFor('firstTokenTimeoutMs')}
        onChange={(event) => onChange({ firstTokenTimeout: event.target.value })}
      />
      <TextField
        {...secondsInput}
        label="Idle timeout (seconds)"
        hint="Default: 60"
        value={draft.idleTimeout}
        problem={problemFor('idleTimeoutMs')}
        onChange={(event) => onChange({ idleTimeout: event.target.value })}
      />
    </div>
  )
}
