import 'server-only'

export const greeting =
  'Hello! I’m Rill’s demo model: a small program for trying out the app, not a real language model. I don’t understand much. Ask for **help** to see what I can do.'

/** What can be asked for, and with which words. */
export function abilities(): string {
  return `I’m Rill’s demo model, a small program built into Rill so that you can try out the app. I’m not a real language model: I don’t understand much, and I know nothing about the world. Here’s what I can do:

${list}

To get real answers, connect a language model in **Settings**: add an API key or a local server.`
}

/** `words` is how many the prompt has, `earlier` how many messages came before it. */
export function notUnderstood(words: number, earlier: number): string {
  const before = earlier === 0 ? 'the first message' : `message ${earlier + 1}`
  return `I’m Rill’s demo model, and I didn’t understand that. I can tell that it has ${words} ${words === 1 ? 'word' : 'words'} and is ${before} in our conversation, but that’s about all. Here’s what I can do:

${list}

To get real answers, connect a language model in **Settings**.`
}

const list = `- **Summarize**: paste a longer text, and I’ll pick out its key sentences.
- **Write at length**: *write 2000 words*, or *a long reply*.
- **Show markdown**: *some code in Python and Rust*, *a table*, *a list*, *math*, or *everything*.
- **Reason first**: *think first, then answer*.
- **Look back**: *what did I say before?* or *how many messages?*
- **Fail on request**: *a rate limit*, *cut the connection*, *error 500*, *hit max tokens*. Then say *continue* to pick up where it stopped.
- **Echo**: *echo* followed by any text, and I’ll send it right back.`
