import 'server-only'
import { countTokens } from './token-counter'
import { type Accuracy, type Count, lessCertain } from './tokenizers'

/** Tokens that frame each message and start the reply: "How to count tokens with tiktoken", OpenAI Cookbook. */
const PER_MESSAGE = 3
export const PER_REPLY = 3

/** Counts the tokens of a prompt in time slices, which yield to the event loop. */
export async function countPrompt(model: string, messages: { role: string; content: string }[]): Promise<Count> {
  let tokens = PER_REPLY
  let accuracy: Accuracy = 'exact'
  for (const { role, content } of messages) {
    const count = await countMessage(model, role, content)
    tokens += count.tokens
    accuracy = lessCertain(accuracy, count.accuracy)
  }
  return { tokens, accuracy }
}

/** Counts the tokens of one message, including its frame. */
export async function countMessage(model: string, role: string, content: string): Promise<Count> {
  const [name, text] = [await countTokens(model, role), await countTokens(model, content)]
  return { tokens: PER_MESSAGE + name.tokens + text.tokens, accuracy: lessCertain(name.accuracy, text.accuracy) }
}
