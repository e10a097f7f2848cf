import { Streamdown } from 'streamdown'

export default function Text({ text }) {
  return <Streamdown isAnimating>{text}</Streamdown>
}
