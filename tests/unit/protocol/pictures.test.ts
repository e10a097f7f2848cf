import { expect, it } from 'vitest'
import { withoutPictures } from '@/lib/protocol/pictures'

it.each([
  ['![a dot](data:image/png;base64,AAAA) and words', '[a dot] and words'],
  ['![](data:image/png;base64,AAAA)', '[Image]'],
  ['![a](data:image/gif;base64,AA== "title")![b](data:image/webp;base64,BB)', '[a][b]'],
  ['![a](https://a.example/b.png)', '![a](https://a.example/b.png)'],
  ['words', 'words'],
  ['![a](data:image/png;base64,AAAA', '![a](data:image/png;base64,AAAA'],
])('%s', (text, expected) => expect(withoutPictures(text)).toBe(expected))
