'use client'
import { createContext, useContext } from 'react'
import type { Mode } from '@/lib/protocol/mode'

/** The server's mode, which decides who shares a history. */
export const ModeContext = createContext<Mode>('local')

export function useMode(): Mode {
  return useContext(ModeContext)
}
