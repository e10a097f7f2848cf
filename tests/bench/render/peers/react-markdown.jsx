import Markdown from 'react-markdown'
import gfm from 'remark-gfm'
import math from 'remark-math'

const plugins = [gfm, math]

export default function Text({ text }) {
  return <Markdown remarkPlugins={plugins}>{text}</Markdown>
}
