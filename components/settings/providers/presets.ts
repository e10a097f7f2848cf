/** A well-known provider, for which most people only enter the key. */
export interface Preset {
  name: string
  baseUrl: string
  /** The header of the key, if it isn't `Authorization`. */
  keyHeader?: string
  /** How to complete a base URL that has placeholders. */
  addressHint?: string
  /** Runs on the person's own machine, usually without a key. */
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
