/**
 * Puts text on the clipboard. On plain http (a LAN address) browsers offer no `navigator.clipboard`,
 * so there a selection in a field off the page is copied the old way.
 * @throws {Error} when the browser refuses both.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text)
    return
  }
  const before = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.setAttribute('aria-hidden', 'true')
  field.className = 'fixed -top-full left-0 text-body'
  document.body.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  if (!copied) throw new Error('The browser did not allow copying.')
}
