'use client'
import { createContext, useContext } from 'react'
import type { Mode } from '@/lib/protocol/mode'

/** Whose history this browser sees. */
export const ModeContext = createContext<Mode>('local')

export function useMode(): Mode {
  return useContext(ModeContext)
}
