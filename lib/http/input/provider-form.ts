import 'server-only'
import { z } from 'zod'
import { config } from '@/lib/config'
import { newProvider, providerTestRequest } from '@/lib/protocol/requests/providers'
import { BaseUrlError, parseBaseUrl } from '@/lib/upstream/network/ssrf-guard'

/** The address, if this server may call it. */
const baseUrl = newProvider.shape.baseUrl.transform((text, context) => {
  try {
    return parseBaseUrl(text, { publicOnly: config().publicProvidersOnly })
  } catch (error) {
    if (!(error instanceof BaseUrlError)) throw error
    context.addIssue({ code: 'custom', message: error.message })
    return z.NEVER
  }
})

export const providerForm = newProvider.extend({ baseUrl })
export const providerTestForm = providerTestRequest.extend({ baseUrl })
