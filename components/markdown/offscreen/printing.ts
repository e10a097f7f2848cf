/** The browser waits for these before it prints, but not for anything asynchronous. */
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

/** Whether the page is being printed, so that everything has to be rendered synchronously. */
export function isPrinting(): boolean {
  return printing
}

/** Runs a callback before the page is printed. Returns a function that unsubscribes. */
export function beforePrinting(run: () => void): () => void {
  callbacks.add(run)
  return () => callbacks.delete(run)
}
