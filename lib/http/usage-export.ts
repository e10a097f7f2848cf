import 'server-only'
import { type ExportRow, exportColumns, type UsageFilter } from '@/lib/database/billing/usage'
import { isoOfDay } from '@/lib/protocol/billing/days'

interface Format {
  type: string
  first: string
  row(row: ExportRow, index: number): string
  last: string
}

const formats: Record<'csv' | 'json', Format> = {
  csv: {
    type: 'text/csv; charset=utf-8',
    first: `${exportColumns.join(',')}\r\n`,
    row: (row) => `${exportColumns.map((name) => cell(row[name] ?? '')).join(',')}\r\n`,
    last: '',
  },
  json: {
    type: 'application/json; charset=utf-8',
    first: '[',
    row: (row, index) => `${index === 0 ? '' : ','}\n${JSON.stringify(row)}`,
    last: '\n]\n',
  },
}

/** Streams rows as a file download. Pages are read from the database only as fast as the client takes them. */
export function usageExport(
  pages: AsyncGenerator<ExportRow[]>,
  { from, to }: Pick<UsageFilter, 'from' | 'to'>,
  name: 'csv' | 'json',
): Response {
  const format = formats[name]
  const utf8 = new TextEncoder()
  let written = 0
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(utf8.encode(format.first)),
    async pull(stream) {
      const next = await pages.next()
      if (!next.done) stream.enqueue(utf8.encode(next.value.map((row) => format.row(row, written++)).join('')))
      else {
        if (format.last) stream.enqueue(utf8.encode(format.last))
        stream.close()
      }
    },
    async cancel() {
      await pages.return(undefined)
    },
  })
  const file = `rill-usage-${isoOfDay(from)}-to-${isoOfDay(to)}.${name}`
  return new Response(body, {
    headers: {
      'Content-Type': format.type,
      'Content-Disposition': `attachment; filename="${file}"`,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}

/**
 * Where a formula may start: at the start of a cell, or after a character that some spreadsheets take for a separator even
 * inside quotes. Some accept full-width operators.
 */
const FORMULA = /(^|[;,|\t\r\n]|")(\s*)(?=[=+\-@＝＋－＠])/g

/** A CSV cell (RFC 4180), with an apostrophe before text that a spreadsheet would run as a formula. */
export function cell(value: string | number): string {
  const text = String(value)
  const safe = typeof value === 'string' ? text.replace(FORMULA, "$1$2'").replace(/^(?=[\t\r\n])/, "'") : text
  return /[";,\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
