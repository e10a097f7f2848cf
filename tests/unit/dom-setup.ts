import { configure } from '@testing-library/react'

// For a machine that is busy with other things: nothing waits so long on purpose.
configure({ asyncUtilTimeout: 10_000 })

// jsdom has none. This one is a computer with a mouse.
Object.defineProperty(window, 'matchMedia', {
  configurable: true,
  writable: true,
  value: (query: string) => ({ matches: query === '(hover: hover)', addEventListener() {}, removeEventListener() {} }),
})
