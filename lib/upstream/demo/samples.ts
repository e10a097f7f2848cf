import 'server-only'
import { asksForCode, codeReply } from './code'

/** A kind of markdown that the demo model shows on request. */
interface Sample {
  asked(prompt: string): boolean
  reply(prompt: string): string
}

const table = `Here’s a table of long rivers. The lengths are rounded, because nobody agrees on them.

| River | Continent | Length (km) | Flows into |
|:--|:--|--:|:--|
| Nile | Africa | 6,650 | Mediterranean Sea |
| Amazon | South America | 6,400 | Atlantic Ocean |
| Yangtze | Asia | 6,300 | East China Sea |
| Mississippi with Missouri | North America | 5,970 | Gulf of Mexico |
| Danube | Europe | 2,850 | Black Sea |
| Murray | Australia | 2,510 | Southern Ocean |`

const list = `Here’s what happens to a raindrop:

1. It falls on a slope.
2. It sinks in, or it runs off:
   - what **sinks in** may come out years later at a spring;
   - what **runs off** joins a rill within the hour.
3. The rill meets a brook, the brook meets a river.
4. The river meets the sea.
5. The sun lifts it up, and it *starts again*.

And here’s a checklist:

- [x] Send a message
- [x] Watch the reply arrive
- [ ] Press Stop in the middle of one`

const math = `Here’s some math. In a channel of width $w$ and depth $d$, water flowing at mean speed $v$ has the discharge $Q = w\\,d\\,v$. How fast it flows depends on the slope; Manning’s formula gives the speed as

$$
v = \\frac{1}{n} \\, R^{2/3} \\, S^{1/2}
$$

where $R$ is the hydraulic radius, $S$ the slope and $n$ the roughness of the bed. And since no page of math is complete without an integral:

$$
\\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi}
$$

A price of $5 or $10 isn’t math, so it should stay as it is.`

const preface = (count: number) =>
  `I’m Rill’s demo model. I can’t tailor this, so ${count === 1 ? 'here’s one' : 'here are some'} of my samples.`
const everything = /\b(?:markdown|formatting|everything|all of (?:it|them))\b/i

const samples: Sample[] = [
  { asked: (prompt) => /\btables?\b/i.test(prompt), reply: () => table },
  { asked: (prompt) => /\b(?:lists?|bullets?|bullet points?|check ?list|steps)\b/i.test(prompt), reply: () => list },
  { asked: asksForCode, reply: codeReply },
  {
    asked: (prompt) => /\b(?:maths?|mathematics|equations?|formulas?|latex|katex|integrals?)\b/i.test(prompt),
    reply: () => math,
  },
]

/** All the samples that a prompt asks for, one after the other, or null when it asks for none. */
export function samplesReply(prompt: string): string | null {
  const wanted = everything.test(prompt) ? samples : samples.filter((sample) => sample.asked(prompt))
  return wanted.length === 0
    ? null
    : [preface(wanted.length), ...wanted.map((sample) => sample.reply(prompt))].join('\n\n')
}
