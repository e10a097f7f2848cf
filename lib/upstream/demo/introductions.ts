import 'server-only'

export const greeting =
  'Hello! I am Rill’s demo model: a small program for trying the app, not a language model. I understand very little. Ask me for **help** to see what I can do.'

/** What can be asked for, and with which words. */
export function abilities(): string {
  return `I am Rill’s demo model, a small program that runs inside Rill so that you can try the app. I am not a language model and I understand very little. I know nothing about the world. These things I can do:

${list}

For real answers, connect a language model in **Settings**: a key, a base URL, or a server on your own machine.`
}

/** `words` is how many the prompt has, `earlier` how many messages came before it. */
export function notUnderstood(words: number, earlier: number): string {
  const before = earlier === 0 ? 'the first message' : `message ${earlier + 1}`
  return `I am Rill’s demo model, and I did not understand this. I can see that it has ${words} ${words === 1 ? 'word' : 'words'} and is ${before} of our conversation, and that is about all. What I can do:

${list}

For real answers, connect a language model in **Settings**.`
}

const list = `- **Summarize**: paste a text of some length, and I pick out its central sentences.
- **Write at length**: *write 2000 words*, or *a long answer*.
- **Show markdown**: *some code in Python and Rust*, *a table*, *a list*, *math*, or *everything*.
- **Reason first**: *think first, then answer*.
- **Look back**: *what did I say before?* or *how many messages?*
- **Fail on request**: *a rate limit*, *cut the connection*, *error 500*, *hit max tokens*. Then *continue* goes on where it stopped.
- **Echo**: *echo* and any text, which comes back as it is.`
