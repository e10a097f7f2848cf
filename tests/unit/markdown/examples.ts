import commonmark from 'commonmark-spec'

export interface Example {
  name: string
  markdown: string
  html: string
}

/** The examples of CommonMark 0.31.2. */
export const commonmarkExamples: Example[] = commonmark.tests.map(({ number, markdown, html }) => ({
  name: `CommonMark ${number}`,
  markdown: markdown.replaceAll('→', '\t'),
  html: html.replaceAll('→', '\t'),
}))

/** What GitHub's flavour and mathematics add. The HTML is what GitHub's own renderer makes of the first groups. */
export const gfmExamples: Example[] = [
  [
    '| foo | bar |\n| --- | --- |\n| baz | bim |\n',
    '<table>\n<thead>\n<tr>\n<th>foo</th>\n<th>bar</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>baz</td>\n<td>bim</td>\n</tr>\n</tbody>\n</table>\n',
  ],
  [
    '| abc | defghi |\n:-: | -----------:\nbar | baz\n',
    '<table>\n<thead>\n<tr>\n<th align="center">abc</th>\n<th align="right">defghi</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align="center">bar</td>\n<td align="right">baz</td>\n</tr>\n</tbody>\n</table>\n',
  ],
  [
    '| f\\|oo  |\n| ------ |\n| b `\\|` az |\n| b **\\|** im |\n',
    '<table>\n<thead>\n<tr>\n<th>f|oo</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b <code>|</code> az</td>\n</tr>\n<tr>\n<td>b <strong>|</strong> im</td>\n</tr>\n</tbody>\n</table>\n',
  ],
  [
    '| abc | def |\n| --- | --- |\n| bar | baz |\n> bar\n',
    '<table>\n<thead>\n<tr>\n<th>abc</th>\n<th>def</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>bar</td>\n<td>baz</td>\n</tr>\n</tbody>\n</table>\n<blockquote>\n<p>bar</p>\n</blockquote>\n',
  ],
  [
    '| abc | def |\n| --- | --- |\n| bar | baz |\nbar\n\nbar\n',
    '<table>\n<thead>\n<tr>\n<th>abc</th>\n<th>def</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>bar</td>\n<td>baz</td>\n</tr>\n<tr>\n<td>bar</td>\n<td></td>\n</tr>\n</tbody>\n</table>\n<p>bar</p>\n',
  ],
  ['| abc | def |\n| --- |\n| bar |\n', '<p>| abc | def |\n| --- |\n| bar |</p>\n'],
  [
    '| abc | def |\n| --- | --- |\n| bar |\n| bar | baz | boo |\n',
    '<table>\n<thead>\n<tr>\n<th>abc</th>\n<th>def</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>bar</td>\n<td></td>\n</tr>\n<tr>\n<td>bar</td>\n<td>baz</td>\n</tr>\n</tbody>\n</table>\n',
  ],
  ['| abc | def |\n| --- | --- |\n', '<table>\n<thead>\n<tr>\n<th>abc</th>\n<th>def</th>\n</tr>\n</thead>\n</table>\n'],
  [
    '- [ ] foo\n- [x] bar\n',
    '<ul>\n<li><input type="checkbox" disabled="" /> foo</li>\n<li><input type="checkbox" checked="" disabled="" /> bar</li>\n</ul>\n',
  ],
  [
    '- [x] foo\n  - [ ] bar\n  - [x] baz\n- [ ] bim\n',
    '<ul>\n<li><input type="checkbox" checked="" disabled="" /> foo\n<ul>\n<li><input type="checkbox" disabled="" /> bar</li>\n<li><input type="checkbox" checked="" disabled="" /> baz</li>\n</ul>\n</li>\n<li><input type="checkbox" disabled="" /> bim</li>\n</ul>\n',
  ],
  ['~~Hi~~ Hello, ~there~ world!\n', '<p><del>Hi</del> Hello, <del>there</del> world!</p>\n'],
  ['This ~~has a\n\nnew paragraph~~.\n', '<p>This ~~has a</p>\n<p>new paragraph~~.</p>\n'],
  ['This will ~~~not~~~ strike.\n', '<p>This will ~~~not~~~ strike.</p>\n'],
  ['www.commonmark.org\n', '<p><a href="http://www.commonmark.org">www.commonmark.org</a></p>\n'],
  [
    'Visit www.commonmark.org/help for more information.\n',
    '<p>Visit <a href="http://www.commonmark.org/help">www.commonmark.org/help</a> for more information.</p>\n',
  ],
  [
    'Visit www.commonmark.org.\n\nVisit www.commonmark.org/a.b.\n',
    '<p>Visit <a href="http://www.commonmark.org">www.commonmark.org</a>.</p>\n<p>Visit <a href="http://www.commonmark.org/a.b">www.commonmark.org/a.b</a>.</p>\n',
  ],
  [
    'www.google.com/search?q=Markup+(business)\n\n(www.google.com/search?q=Markup+(business))\n',
    '<p><a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a></p>\n<p>(<a href="http://www.google.com/search?q=Markup+(business)">www.google.com/search?q=Markup+(business)</a>)</p>\n',
  ],
  [
    'www.google.com/search?q=commonmark&hl=en\n\nwww.google.com/search?q=commonmark&hl;\n',
    '<p><a href="http://www.google.com/search?q=commonmark&amp;hl=en">www.google.com/search?q=commonmark&amp;hl=en</a></p>\n<p><a href="http://www.google.com/search?q=commonmark">www.google.com/search?q=commonmark</a>&amp;hl;</p>\n',
  ],
  ['www.commonmark.org/he<lp\n', '<p><a href="http://www.commonmark.org/he">www.commonmark.org/he</a>&lt;lp</p>\n'],
  [
    'http://commonmark.org\n\n(Visit https://encrypted.google.com/search?q=Markup+(business))\n',
    '<p><a href="http://commonmark.org">http://commonmark.org</a></p>\n<p>(Visit <a href="https://encrypted.google.com/search?q=Markup+(business)">https://encrypted.google.com/search?q=Markup+(business)</a>)</p>\n',
  ],
  ['foo@bar.baz\n', '<p><a href="mailto:foo@bar.baz">foo@bar.baz</a></p>\n'],
  [
    "hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is.\n",
    '<p>hello@mail+xyz.example isn\'t valid, but <a href="mailto:hello+xyz@mail.example">hello+xyz@mail.example</a> is.</p>\n',
  ],
  [
    'a.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_\n',
    '<p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a></p>\n<p><a href="mailto:a.b-c_d@a.b">a.b-c_d@a.b</a>.</p>\n<p>a.b-c_d@a.b-</p>\n<p>a.b-c_d@a.b_</p>\n',
  ],
  [
    'mailto:foo@bar.baz\n\nmailto:a.b-c_d@a.b\n\nmailto:a.b-c_d@a.b.\n\nmailto:a.b-c_d@a.b/\n\nmailto:a.b-c_d@a.b-\n\nmailto:a.b-c_d@a.b_\n\nxmpp:foo@bar.baz\n\nxmpp:foo@bar.baz.\n',
    '<p><a href="mailto:foo@bar.baz">mailto:foo@bar.baz</a></p>\n<p><a href="mailto:a.b-c_d@a.b">mailto:a.b-c_d@a.b</a></p>\n<p><a href="mailto:a.b-c_d@a.b">mailto:a.b-c_d@a.b</a>.</p>\n<p><a href="mailto:a.b-c_d@a.b">mailto:a.b-c_d@a.b</a>/</p>\n<p>mailto:a.b-c_d@a.b-</p>\n<p>mailto:a.b-c_d@a.b_</p>\n<p><a href="xmpp:foo@bar.baz">xmpp:foo@bar.baz</a></p>\n<p><a href="xmpp:foo@bar.baz">xmpp:foo@bar.baz</a>.</p>\n',
  ],
  [
    'xmpp:foo@bar.baz/txt\n\nxmpp:foo@bar.baz/txt@bin\n\nxmpp:foo@bar.baz/txt@bin.com\n\nxmpp:foo@bar.baz/txt/bin\n',
    '<p><a href="xmpp:foo@bar.baz/txt">xmpp:foo@bar.baz/txt</a></p>\n<p><a href="xmpp:foo@bar.baz/txt@bin">xmpp:foo@bar.baz/txt@bin</a></p>\n<p><a href="xmpp:foo@bar.baz/txt@bin.com">xmpp:foo@bar.baz/txt@bin.com</a></p>\n<p><a href="xmpp:foo@bar.baz/txt">xmpp:foo@bar.baz/txt</a>/bin</p>\n',
  ],
  [
    'A note[^1], another[^x y] and[^two].\n\n[^two]: Second.\n[^1]: First,\n    going on.\n\n    And more.\n',
    '<p>A note<sup>1</sup>, another[^x y] and<sup>2</sup>.</p>\n<section>\n<li id="1" value="1"><p>First,\ngoing on.</p>\n<p>And more.</p>\n</li>\n<li id="TWO" value="2"><p>Second.</p>\n</li>\n</section>\n',
  ],
  [
    'No note[^none] and `[^1]`.\n\n[^1]: unseen\n',
    '<p>No note[^none] and <code>[^1]</code>.</p>\n<section>\n<li id="1" value="null"><p>unseen</p>\n</li>\n</section>\n',
  ],
  [
    'Later [a][b] and [b].\n\n| [b] |\n|---|\n| x[^n] |\n\n[b]: /u\n[^n]: note\n',
    '<p>Later <a href="/u">a</a> and <a href="/u">b</a>.</p>\n<table>\n<thead>\n<tr>\n<th><a href="/u">b</a></th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>x<sup>1</sup></td>\n</tr>\n</tbody>\n</table>\n<section>\n<li id="N" value="1"><p>note</p>\n</li>\n</section>\n',
  ],
  [
    'It costs $5 and $10, or $3-$4, US$5 and CA$6, $1,000 to 2,000$.\n',
    '<p>It costs $5 and $10, or $3-$4, US$5 and CA$6, $1,000 to 2,000$.</p>\n',
  ],
  [
    'So $x^2$ and \\(y_1 * z_1\\), not `$x$`, and $$a+b$$ too.\n',
    '<p>So <math>x^2</math> and <math>y_1 * z_1</math>, not <code>$x$</code>, and <math display>a+b</math> too.</p>\n',
  ],
  [
    'We get\n\\[\nx\n= y\n- 1\n\\]\nas said.\n\n$$\n\\frac{a}{b}\n$$\n\n$$ a = b $$\n',
    '<p>We get</p>\n<math>\\[\nx\n= y\n- 1\n\\]</math>true\n<p>as said.</p>\n<math>$$\n\\frac{a}{b}\n$$</math>true\n<math>$$ a = b $$</math>true\n',
  ],
  ['$$\nnever closed\n\n# Heading\n', '<p>$$\nnever closed</p>\n<h1>Heading</h1>\n'],
].map(([markdown = '', html = ''], place) => ({ name: `GFM ${place + 1}`, markdown, html }))
