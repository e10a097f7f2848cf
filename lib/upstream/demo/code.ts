import 'server-only'

interface Example {
  name: string
  /** The language's name where fences and highlighters know it. */
  fence: string
  asked: RegExp
  source: string
}

/** One small program, in every language that the demo model has it in. Each of them was run. */
const examples: Example[] = [
  {
    name: 'Python',
    fence: 'python',
    asked: /\b(?:python|py)\b/i,
    source: `from collections import defaultdict


def group_anagrams(words: list[str]) -> list[list[str]]:
    """Groups words that have the same letters, in the order they came."""
    groups = defaultdict(list)
    for word in words:
        groups["".join(sorted(word.lower()))].append(word)
    return list(groups.values())


def test_group_anagrams():
    assert group_anagrams([]) == []
    assert group_anagrams(["Rill"]) == [["Rill"]]
    assert group_anagrams(["stream", "brook", "master"]) == [["stream", "master"], ["brook"]]


if __name__ == "__main__":
    test_group_anagrams()
    print(group_anagrams(["stream", "silent", "master", "listen", "brook"]))`,
  },
  {
    name: 'TypeScript',
    fence: 'typescript',
    asked: /\b(?:typescript|ts|tsx)\b/i,
    source: `/** Groups words that have the same letters, in the order they came. */
export function groupAnagrams(words: string[]): string[][] {
  const groups = new Map<string, string[]>()
  for (const word of words) {
    const letters = [...word.toLowerCase()].sort().join('')
    const group = groups.get(letters)
    if (group) group.push(word)
    else groups.set(letters, [word])
  }
  return [...groups.values()]
}

console.log(groupAnagrams(['stream', 'silent', 'master', 'listen', 'brook']))
// [ [ 'stream', 'master' ], [ 'silent', 'listen' ], [ 'brook' ] ]`,
  },
  {
    name: 'JavaScript',
    fence: 'javascript',
    asked: /\b(?:javascript|js|jsx|node(?:\.?js)?)\b/i,
    source: `/** Groups words that have the same letters, in the order they came. */
function groupAnagrams(words) {
  const groups = new Map()
  for (const word of words) {
    const letters = [...word.toLowerCase()].sort().join('')
    groups.set(letters, [...(groups.get(letters) ?? []), word])
  }
  return [...groups.values()]
}

console.log(groupAnagrams(['stream', 'silent', 'master', 'listen', 'brook']))
// [ [ 'stream', 'master' ], [ 'silent', 'listen' ], [ 'brook' ] ]`,
  },
  {
    name: 'Rust',
    fence: 'rust',
    asked: /\brust\b/i,
    source: `use std::collections::BTreeMap;

/// Groups words that have the same letters, in the order of those letters.
fn group_anagrams<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let mut groups: BTreeMap<Vec<char>, Vec<&'a str>> = BTreeMap::new();
    for &word in words {
        let mut letters: Vec<char> = word.to_lowercase().chars().collect();
        letters.sort_unstable();
        groups.entry(letters).or_default().push(word);
    }
    groups.into_values().collect()
}

fn main() {
    let words = ["stream", "silent", "master", "listen", "brook"];
    // [["stream", "master"], ["brook"], ["silent", "listen"]]
    println!("{:?}", group_anagrams(&words));
}`,
  },
  {
    name: 'Bash',
    fence: 'bash',
    asked: /\b(?:bash|shell|sh|zsh)\b/i,
    source: `#!/usr/bin/env bash
# Groups words that have the same letters: one word a line in, one group a line out.
set -euo pipefail

while read -r word; do
  letters=$(fold -w1 <<< "\${word,,}" | sort | tr -d '\\n')
  printf '%s %s\\n' "$letters" "$word"
done | sort -s -k1,1 | awk '
  $1 != last { if (NR > 1) print line; line = $2; last = $1; next }
  { line = line " " $2 }
  END { if (NR) print line }'`,
  },
  {
    name: 'SQL',
    fence: 'sql',
    asked: /\b(?:sql|sqlite|postgres(?:ql)?|query)\b/i,
    source: `-- Groups words that have the same letters. Runs in SQLite.
WITH RECURSIVE
  words(word) AS (VALUES ('stream'), ('silent'), ('master'), ('listen'), ('brook')),
  letters(word, at, letter) AS (
    SELECT word, 1, substr(lower(word), 1, 1) FROM words
    UNION ALL
    SELECT word, at + 1, substr(lower(word), at + 1, 1) FROM letters WHERE at < length(word)
  ),
  sorted(word, key) AS (
    SELECT word, group_concat(letter, '')
    FROM (SELECT word, letter FROM letters ORDER BY word, letter)
    GROUP BY word
  )
SELECT group_concat(word, ', ') AS anagrams FROM sorted GROUP BY key ORDER BY anagrams;`,
  },
]

/** Languages that people ask for and that it has nothing in. */
const others =
  /(?<![\w])(?:java|kotlin|swift|go(?:lang)|c\+\+|c#|ruby|php|perl|haskell|scala|elixir|lua|julia|css)(?!\w)/i

/** Whether a prompt asks for code, or names a language that nobody would name otherwise. */
export function asksForCode(prompt: string): boolean {
  return /\b(?:code|function|script|snippet|python|typescript|javascript|sql)\b|\bprogram\b(?! me)|\b(?:in|some) (?:rust|bash)\b/i.test(
    prompt,
  )
}

/** The example program in the languages that the prompt names, or in Python. */
export function codeReply(prompt: string): string {
  const named = examples.filter((example) => example.asked.test(prompt))
  const chosen = named.length > 0 ? named : examples.slice(0, 1)
  const unknown = named.length === 0 ? others.exec(prompt)?.[0] : undefined
  const names = examples.map((example) => example.name)
  return [
    `Here’s a program that groups words that are anagrams of each other. I have it in ${names.slice(0, -1).join(', ')}, and ${names.at(-1)}${unknown ? `, but not in ${unknown}` : ''}.`,
    ...chosen.map((example) => `**${example.name}**\n\n\`\`\`${example.fence}\n${example.source}\n\`\`\``),
  ].join('\n\n')
}
