// The least that a chat page can be, for each way to render an answer: a store that holds one text, a reader that appends
// to it, a component that shows it, and a page that stays at its end. `?with=` names the way.
import { useLayoutEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { create } from 'zustand'

const { searchParams } = new URL(location.href)
const root = document.getElementById('answer')
const toEnd = () => {
  scrollTo(0, Number.MAX_SAFE_INTEGER)
}
const append = await ways()[searchParams.get('with')]()

/** Streams an answer into the page, and settles when all of it has been read. */
window.stream = async (address) => {
  const { body } = await fetch(address)
  const reader = body.getReader()
  const decoder = new TextDecoder()
  for (let read = await reader.read(); !read.done; read = await reader.read())
    append(decoder.decode(read.value, { stream: true }))
}

function ways() {
  return {
    plain: () => appendToNode(),
    'react-markdown': async () => appendToStore((await import('./react-markdown.jsx')).default),
    streamdown: async () => appendToStore((await import('./streamdown.jsx')).default),
  }
}

/** The limit: text is added to the last paragraph's text node. No React, and no markdown. */
function appendToNode() {
  let node = null
  const begin = () => {
    const paragraph = document.createElement('p')
    paragraph.style.whiteSpace = 'pre-wrap'
    node = document.createTextNode('')
    paragraph.append(node)
    root.append(paragraph)
  }
  begin()
  return (text) => {
    const [first, ...others] = text.split('\n\n')
    node.appendData(first)
    for (const each of others) {
      begin()
      node.appendData(each)
    }
    toEnd()
  }
}

/** As the peers do it: what each read brings is an update of the store. */
function appendToStore(Text) {
  const useText = create(() => '')
  function Answer() {
    const text = useText()
    // biome-ignore lint/correctness/useExhaustiveDependencies: The end moves with the text.
    useLayoutEffect(toEnd, [text])
    return <Text text={text} />
  }
  createRoot(root).render(<Answer />)
  return (text) => useText.setState((before) => before + text, true)
}
