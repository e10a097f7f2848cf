import type { LanguageInput } from 'shiki/core'

/** Grammars are fetched one by one, when they are first needed. */
const grammars = {
  bash: () => import('shiki/langs/bash.mjs'),
  c: () => import('shiki/langs/c.mjs'),
  cpp: () => import('shiki/langs/cpp.mjs'),
  csharp: () => import('shiki/langs/csharp.mjs'),
  css: () => import('shiki/langs/css.mjs'),
  dart: () => import('shiki/langs/dart.mjs'),
  diff: () => import('shiki/langs/diff.mjs'),
  docker: () => import('shiki/langs/docker.mjs'),
  elixir: () => import('shiki/langs/elixir.mjs'),
  go: () => import('shiki/langs/go.mjs'),
  graphql: () => import('shiki/langs/graphql.mjs'),
  haskell: () => import('shiki/langs/haskell.mjs'),
  html: () => import('shiki/langs/html.mjs'),
  ini: () => import('shiki/langs/ini.mjs'),
  java: () => import('shiki/langs/java.mjs'),
  javascript: () => import('shiki/langs/javascript.mjs'),
  json: () => import('shiki/langs/json.mjs'),
  jsx: () => import('shiki/langs/jsx.mjs'),
  kotlin: () => import('shiki/langs/kotlin.mjs'),
  latex: () => import('shiki/langs/latex.mjs'),
  lua: () => import('shiki/langs/lua.mjs'),
  make: () => import('shiki/langs/make.mjs'),
  markdown: () => import('shiki/langs/markdown.mjs'),
  nginx: () => import('shiki/langs/nginx.mjs'),
  perl: () => import('shiki/langs/perl.mjs'),
  php: () => import('shiki/langs/php.mjs'),
  powershell: () => import('shiki/langs/powershell.mjs'),
  python: () => import('shiki/langs/python.mjs'),
  r: () => import('shiki/langs/r.mjs'),
  ruby: () => import('shiki/langs/ruby.mjs'),
  rust: () => import('shiki/langs/rust.mjs'),
  scala: () => import('shiki/langs/scala.mjs'),
  scss: () => import('shiki/langs/scss.mjs'),
  sql: () => import('shiki/langs/sql.mjs'),
  swift: () => import('shiki/langs/swift.mjs'),
  toml: () => import('shiki/langs/toml.mjs'),
  tsx: () => import('shiki/langs/tsx.mjs'),
  typescript: () => import('shiki/langs/typescript.mjs'),
  xml: () => import('shiki/langs/xml.mjs'),
  yaml: () => import('shiki/langs/yaml.mjs'),
} satisfies Record<string, () => LanguageInput>

export type Grammar = keyof typeof grammars

const otherNames = new Map<string, Grammar>([
  ...(['sh', 'shell', 'zsh', 'shellscript', 'console'] as const).map((name): [string, Grammar] => [name, 'bash']),
  ['c++', 'cpp'],
  ['cs', 'csharp'],
  ['c#', 'csharp'],
  ['dockerfile', 'docker'],
  ['golang', 'go'],
  ['hs', 'haskell'],
  ['js', 'javascript'],
  ['mjs', 'javascript'],
  ['cjs', 'javascript'],
  ['jsonc', 'json'],
  ['json5', 'json'],
  ['kt', 'kotlin'],
  ['tex', 'latex'],
  ['makefile', 'make'],
  ['md', 'markdown'],
  ['ps1', 'powershell'],
  ['pwsh', 'powershell'],
  ['py', 'python'],
  ['python3', 'python'],
  ['rb', 'ruby'],
  ['rs', 'rust'],
  ['ts', 'typescript'],
  ['mts', 'typescript'],
  ['svg', 'xml'],
  ['yml', 'yaml'],
])

/** The grammar for a language in an info string; null when there is none. */
export function grammarOf(language: string): Grammar | null {
  const name = language.toLowerCase()
  return isGrammar(name) ? name : (otherNames.get(name) ?? null)
}

export function fetchGrammar(grammar: Grammar): LanguageInput {
  return grammars[grammar]()
}

function isGrammar(name: string): name is Grammar {
  return Object.hasOwn(grammars, name)
}

const extensions = new Map<Grammar, string>([
  ['bash', 'sh'],
  ['csharp', 'cs'],
  ['docker', 'Dockerfile'],
  ['elixir', 'ex'],
  ['haskell', 'hs'],
  ['javascript', 'js'],
  ['kotlin', 'kt'],
  ['latex', 'tex'],
  ['make', 'mk'],
  ['markdown', 'md'],
  ['perl', 'pl'],
  ['powershell', 'ps1'],
  ['python', 'py'],
  ['ruby', 'rb'],
  ['rust', 'rs'],
  ['typescript', 'ts'],
])

/** The file extension for a language. */
export function extensionOf(language: string): string {
  const grammar = grammarOf(language)
  return grammar ? (extensions.get(grammar) ?? grammar) : 'txt'
}
