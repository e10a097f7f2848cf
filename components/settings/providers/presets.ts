/** A well-known server: where it answers, so that only the key is left to enter. */
export interface Preset {
  name: string
  baseUrl: string
  /** The header that takes the key, where it is not the usual one. */
  keyHeader?: string
  /** Its address has parts that differ from person to person: what to put there. */
  addressHint?: string
  /** It runs on somebody's own machine, and usually wants no key. */
  local?: boolean
}

export const presets: Preset[] = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1' },
  { name: 'Anthropic', baseUrl: 'https://api.anthropic.com/v1' },
  { name: 'Gemini', baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  { name: 'Mistral', baseUrl: 'https://api.mistral.ai/v1' },
  { name: 'DeepSeek', baseUrl: 'https://api.deepseek.com/v1' },
  { name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1' },
  { name: 'Together', baseUrl: 'https://api.together.xyz/v1' },
  { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1' },
  {
    name: 'Azure',
    baseUrl: 'https://RESOURCE.openai.azure.com/openai/deployments/DEPLOYMENT?api-version=2024-10-21',
    keyHeader: 'api-key',
    addressHint: 'Replace RESOURCE and DEPLOYMENT with the names of yours.',
  },
  { name: 'Ollama', baseUrl: 'http://localhost:11434/v1', local: true },
  { name: 'LM Studio', baseUrl: 'http://localhost:1234/v1', local: true },
  { name: 'llama.cpp', baseUrl: 'http://localhost:8080/v1', local: true },
]
