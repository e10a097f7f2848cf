/** Where well-known servers answer, so that only the key is left to enter. */
export const presets = [
  { name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', needsKey: true },
  { name: 'Groq', baseUrl: 'https://api.groq.com/openai/v1', needsKey: true },
  { name: 'Together', baseUrl: 'https://api.together.xyz/v1', needsKey: true },
  { name: 'OpenRouter', baseUrl: 'https://openrouter.ai/api/v1', needsKey: true },
  { name: 'Ollama', baseUrl: 'http://localhost:11434/v1', needsKey: false },
  { name: 'LM Studio', baseUrl: 'http://localhost:1234/v1', needsKey: false },
  { name: 'llama.cpp', baseUrl: 'http://localhost:8080/v1', needsKey: false },
]
export type Preset = (typeof presets)[number]
