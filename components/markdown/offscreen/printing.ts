/** What is done before the page is printed: the browser waits for it, but not for anything that comes later. */
const callbacks = new Set<() => void>()
let printing = false

if (typeof window !== 'undefined') {
  window.addEventListener('beforeprint', () => {
    printing = true
    for (const run of [...callbacks]) run()
  })
  window.addEventListener('afterprint', () => {
    printing = false
  })
}

/** Whether the page is being printed: whatever is to be on paper has to be there at once. */
export function isPrinting(): boolean {
  return printing
}

/** Runs something before the page is printed; returns how to call it off. */
export function beforePrinting(run: () => void): () => void {
  callbacks.add(run)
  return () => callbacks.delete(run)
}
