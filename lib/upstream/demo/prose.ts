import 'server-only'

/** Paragraphs on one subject, and the words by which a prompt asks for it. */
export interface Theme {
  title: string
  asked: RegExp
  paragraphs: string[]
}

/**
 * All that the demo model can say at length. Written without hyphens and dashes, so that counting words by spaces and
 * counting them by a dictionary's idea of a word come to the same number.
 */
export const themes: Theme[] = [
  {
    title: 'How a stream begins',
    asked: /\b(?:stream|brook|rill|creek|spring)s?\b/i,
    paragraphs: [
      'A rill is the smallest stream that still deserves a name. It appears on a slope after rain, a thread of water that has found a line it can follow, and it may be gone by evening. Most rills leave nothing behind. A few meet another thread, and then a third, and the line they share is a little deeper after every storm. That is all a beginning needs to be.',
      'Springs are patient. The rain that feeds them may have fallen years ago and spent the time since then in the dark, moving through sand and cracked rock at a pace that no eye could follow. When it comes out again it is cold and clear, and it keeps nearly the same temperature in every season. Cattle know this, and so did the people who put their villages there.',
      'Water does not look for the steepest way. It simply cannot stay where there is anything lower beside it, and from that one rule come all the bends, pools and falls that we call scenery. A pebble turns it left; a root turns it right. Nobody planned the course, and yet it is exactly the course that this water, on this ground, had to take.',
      'Listen to a brook for a while and you can hear its shape. Fast shallow water over stones makes the bright sound, most of it from air bubbles that form and break. A pool makes almost none. Between them lies the quick smooth tongue where the pool spills over, and there the note is low and steady. The sound is a map, if you are willing to wait for it.',
      'Small streams carry more than water. They carry leaves, and the insects that eat the leaves, and the fish that wait for the insects behind a stone. They carry sand that will one day be a beach. Cut off from all of this, a stream is only a pipe. Kept whole, it is a long thin wood with its floor under water.',
      'In dry country a stream may flow for a week and rest for a year. Its bed stays where it was, a road of clean gravel with bushes along both sides, and the bushes know what the visitor does not: that the water is still there, an arm’s length below. Dig, and the hole fills slowly. What looks like an absence is only a stream that has gone downstairs.',
    ],
  },
  {
    title: 'What a river does',
    asked: /\b(?:river|delta|sea|ocean|flood|water|rain|lake)s?\b/i,
    paragraphs: [
      'A river finds its way to the sea by never deciding. At each place it goes to the lowest ground that it touches, and the sea is simply the lowest ground there is. Where a ridge stands in the way, the water waits behind it and rises, and the waiting is called a lake. Sooner or later the lake finds the lowest notch in its rim and leaves through it.',
      'Rivers bend because a small bend makes a larger one. Water on the outside of a curve runs faster and eats the bank; water on the inside runs slower and drops its sand. So the curve grows until its two ends almost touch, and in some wet spring the river cuts through the neck. The old loop is left behind as a quiet lake in the shape of a bow.',
      'Every river is a slow machine for moving mountains. It carries them as boulders near the top, as gravel in the valleys, as sand on the plain and as mud at the mouth. The mountain does not notice, because the mountain has time. Stand on a delta and you stand on peaks that have been taken apart, sorted by size, and put down again in neat flat layers.',
      'A flood is the river using the rest of its bed. The flat land on both sides was made by such floods, one thin coat of mud at a time, which is why it is flat and why things grow there so well. People who farm it have always lived with the bargain. What they do not like is to be surprised, and so the gauge on the bridge is older than the clock in the tower.',
      'Where fresh water meets the tide, neither of them wins. The salt water is heavier and creeps in along the bottom; the river slides out over the top of it. Twice a day the border moves up the channel and back again. Whatever lives there must bear both, and in return it is fed from two sides. Few places on earth are so muddy, and few are so full.',
      'Ask how long a river is and you will get an argument. Which of the hundred springs is the true source? Where in the widening mouth does the sea begin? And how closely shall we follow the bends, which nobody has told to stay where they are? A length in a book is a decision as much as a measurement. The water goes on being whatever length it likes.',
    ],
  },
  {
    title: 'Words on a page',
    asked: /\b(?:text|writing|alphabet|letter|sentence|book|reading|paragraph)s?\b/i,
    paragraphs: [
      'A sentence is a promise. Its first words open a question, and the reader carries that question along until the last word lets it go. If the promise is small, the reader hardly notices the weight. If it is kept too late, the reader puts it down halfway and goes to look at something else. Good writers are not the ones who know more words; they are the ones who keep short promises.',
      'Reading is not smooth. The eye jumps along the line, rests for a quarter of a second, and jumps again, and it takes in almost nothing while it moves. Now and then it jumps back. We feel none of this. What we feel is a voice that speaks at an even pace, and that voice is something we make up from a handful of still pictures.',
      'The space between words is an invention, and not a very old one. For centuries scribes wrote their lines without any, and to read was to say the letters aloud until they fell apart into sense. Then somebody left gaps. The gaps said nothing, and they changed everything: with them a page could be read in silence, by one person, at the speed of thought.',
      'Paragraphs are for breathing. They tell the reader that a thing has been said and that another is about to begin, and they leave a little white between the two. A page without them may hold the same words in the same order. It will still be a wall, and people do with walls what they have always done. They look for a way around.',
      'To revise is mostly to take away. The first draft holds the thought and also the scaffold that was needed to reach it, and both look alike to the one who built them. After a week the difference is plain. The scaffold comes down, the thought stays up, and there is a moment of worry that nothing will be left. Then there is usually just enough.',
      'Letters were drawn before they were written, and something of the drawing is still in them. Turn a capital A upside down and look for the head of an ox, with two horns and a narrow chin. It came a long way to the front of the alphabet and lost its face on the road. Nobody who reads it today is thinking of cattle, and that is the whole success of an alphabet.',
    ],
  },
  {
    title: 'What a computer is good at',
    asked: /\b(?:comput(?:er|ing)|program(?:ming)?|software|algorithm|processor)s?\b/i,
    paragraphs: [
      'A computer does very little, very fast. It can copy a number, add two of them, compare two of them, and choose where to go next by what it found. Everything else is a tower of these, and the tower is now so high that nobody has seen all its floors. The odd thing is that it stands. It stands because each floor keeps a simple promise to the one above.',
      'Most of a program’s life is spent waiting. The processor asks memory for a number and could have done a hundred sums before the answer comes. It asks a disk and could have done a million. So the art of speed is seldom to calculate faster; it is to ask earlier, to ask for more at once, and to keep close at hand what is likely to be asked for again.',
      'A bug is rarely a mistake in a sum. It is a difference between two ideas that looked the same: what the list holds when it is empty, who closes the file, whether the end of the range belongs to the range. Each of the two ideas is sensible. The program does both, with great care, and the fault lives in the narrow gap between them where nobody was looking.',
      'To name a thing in a program is to decide what it is. A bad name can be carried for years like a stone in a shoe: each step is possible, and each one is a little slower than it had to be. A good name is not noticed at all. Whoever reads it nods and walks on, and the thing behind the name can be changed without anybody having to learn a new word.',
      'Sorting was solved long ago, and people go on finding better ways to do it. The reason is that there is no such thing as sorting in general. There are short lists and long ones, lists that are nearly in order, lists that do not fit in memory, lists of names and lists of numbers. The best method for each of these is different, and it pays to know which one you have.',
      'Memory that forgets is fast and memory that remembers is slow, and nearly every system is a treaty between the two. Work is done in the quick place and written down in the slow one, and the only question is how much you are willing to lose if the lights go out between. An honest program answers that question in numbers. A careless one finds out later, together with its users.',
    ],
  },
  {
    title: 'Messages in pieces',
    asked: /\b(?:network|internet|packet|protocol|server|message)s?\b/i,
    paragraphs: [
      'A message that crosses the world is cut into pieces before it leaves. Each piece carries the address and its own number, and each finds its own way, and they may come in any order or not at all. At the far end somebody patient lays them side by side, asks again for what is missing, and hands over the whole as though nothing had happened. It is the politest conspiracy ever built.',
      'Text that arrives while it is being written changes how we read. We do not wait for the end and then begin; we begin at once and hope that the end will come. The first words matter more, because they are alone for a moment. So does an even pace. A stream that stops and floods makes us look at the stream, and a stream that flows lets us look at the words.',
      'There are two ways to learn that a friend has fallen silent. You can wait for a word that does not come, or you can agree beforehand that each of you will knock on the wall now and then. Machines do the second. The knock carries no news at all, and yet its absence does, and a great deal of what keeps distant things together is made of such empty knocks.',
      'To send a thing twice is easy, and to send it once is hard. If no answer comes back, was the letter lost, or only the reply? The sender cannot know. What helps is to put a number on the letter, so that whoever receives a second copy can recognize it and smile and throw it away. Then sending again is safe, and safe is better than clever.',
      'Stopping deserves as much care as starting. When someone has read enough, the far end should fall silent at once, not at the next convenient moment; otherwise work goes on that nobody wants, and somebody pays for it. A good stop is quick, it keeps what was already said, and it says plainly that there would have been more. None of this is difficult. It is only easy to forget.',
      'A pipe has two ends, and the slow one sets the pace. If the near end pours without looking, the water must go somewhere, and in a machine that somewhere is memory, which fills until something bursts. So the far end asks for the next cup when it is ready, and not before. It is the oldest rule at any table, and it holds for data as well as for soup.',
    ],
  },
  {
    title: 'On keeping things',
    asked: /\b(?:archive|librar(?:y|ie)|history|map)s?\b/i,
    paragraphs: [
      'Nothing is kept by accident for long. What survives is what somebody copied, and then somebody else, and each of them had other things to do. A library is not a heap of paper; it is a habit that has lasted for centuries. When the habit stops, the paper has a few good years left, and after that it is up to the mice.',
      'The tide gauge in an old harbor was read by hand, twice a day, by a man with a lantern and a notebook. He wrote the height and the hour and, if there was one, a remark about the wind. He could not have said what it was for. A hundred years later those columns showed how the sea was rising, and nothing else could have shown it so well.',
      'A map is useful because of what it leaves out. One that showed each stone would be as large as the land and as hard to fold. The maker chooses: the path but not the puddle, the wood but not the trees. Every such choice is a small lie told for the sake of a larger truth, and a good map tells its lies in the legend, where anyone can check them.',
      'We remember beginnings and endings and guess the middle. Ask two people about the same walk and you will hear of the gate, the dog, and the rain on the way home; the long quiet hour between has gone from both. It was not wasted. It was the part that did not need a story, and it is the part that one would gladly walk again.',
      'Repair is a kind of reading. To mend a clock you must first understand what its maker wanted, and the worn places tell you how it was used. The best repairs can be seen by those who look for them and by nobody else. They add a line to the story of the thing without pretending that the earlier lines were never written.',
      'An archive is full of people who thought that they were doing something else. They were counting sacks, excusing an absence, complaining about the price of candles. None of them wrote for us, and so all of them can be trusted a little. What they meant to leave behind has mostly gone. What they let fall is still here, and it is the best news that we have of them.',
    ],
  },
]

/** How many words a text has, counted as `wc -w` does: runs of anything that is not white space. */
export function countWords(text: string): number {
  let words = 0
  let inside = false
  for (let at = 0; at < text.length; at++) {
    const space = isSpace(text.charCodeAt(at))
    if (!space && !inside) words++
    inside = !space
  }
  return words
}

/** By code, because a text of a megabyte is counted in 3 ms so and in 30 ms with a pattern. */
function isSpace(code: number): boolean {
  return (
    code === 32 || (code >= 9 && code <= 13) || code === 160 || code === 0x2028 || code === 0x2029 || code === 0x3000
  )
}
