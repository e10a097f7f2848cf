/**
 * Copies text to the clipboard. Browsers have no `navigator.clipboard` on plain http (a LAN address); there, `execCommand`
 * copies the selection of an off-screen field.
 * @throws {Error} when the browser refuses both.
 */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text)
    return
  }
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.setAttribute('aria-hidden', 'true')
  field.className = 'fixed -top-full left-0 text-body'
  document.body.append(field)
  field.select()
  const copied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  if (!copied) throw new Error('The browser did not allow copying.')
}
