import { matchAt } from './destinations'

/** What may precede the first backslash of a path: a drive, a relative folder, a variable, a registry key. */
const beginning = /(?:(?<![\w.])(?:[A-Za-z]:|\.{1,2})|(?<!\w)(?:~|%\w{1,40}%|HK[A-Z_]{2,30}))$/
/** A Windows path from its first backslash on. Folders may hold spaces, or a name to fill in. */
const path =
  /(?:\\(?!\\)(?:\*|<[\w -]{1,40}>|\[[\w -]{1,40}\]|[^\s\\<>:"|?*`[\]](?:[^\\<>:"|?*`[\]\n]{0,80}[^\s\\<>:"|?*`[\]])?)(?=\\))*\\(?:\*(?=\.))?[^\s\\<>:"|?*`[\]]*/y
const share = /\\\\[\w.$-]{1,60}\\(?!\\)[^\s<>:"|?*`[\]]*/y
/** A path without a prefix, recognized by a letter after a backslash, which nobody escapes. */
const folders = /(?=[^\s]{0,80}?[\w.)-]\\[A-Za-z])(?:\\[\w.()-]{1,60})+(?![\\{^_$])/y

/** A Windows path whose backslashes are no escapes, from the first one on. */
export function windowsPathAt(text: string, at: number): string | null {
  if (text[at + 1] === '\\') return /[\w\\]/.test(text[at - 1] ?? '') ? null : matchAt(share, text, at)
  const before = text.slice(Math.max(0, at - 45), at)
  if (beginning.test(before)) return matchAt(path, text, at)
  return /(?:^|[\s(])[\w.-]{2,40}$/.test(before) ? matchAt(folders, text, at) : null
}

/** Names between double underscores that are common in code. */
const names = new Set(
  (
    'init main name file doc str repr call len iter next enter exit new del dict class bases mro module slots eq ne lt le ' +
    'gt ge hash bool add sub mul truediv floordiv mod pow and or xor neg abs int float index contains getitem setitem ' +
    'delitem getattr setattr delattr getattribute get set delete await aiter anext aenter aexit all version author ' +
    'package path loader spec cached builtins import annotations qualname wrapped proto pycache tests test mocks ' +
    'snapshots fixtures dirname filename typename FILE LINE DATE TIME COUNTER'
  ).split(' '),
)
const name = /__([A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40}){0,5})__(?![A-Za-z0-9_])/y
const half = /__[a-z][a-z0-9_]{0,80}$/y

/**
 * A run of marks that is text, with the name that it starts; null for markup. A single tilde means a range or "about".
 */
export function literalRunAt(text: string, at: number, run: string, unfinished: boolean): string | null {
  if (run.startsWith('~') && run.length !== 2) return run
  return run === '__' ? dunderNameAt(text, at, unfinished) : null
}

/**
 * A name such as `__init__`, known or recognized by its neighbors. In an unfinished text, also one that may become a
 * name.
 */
function dunderNameAt(text: string, at: number, unfinished: boolean): string | null {
  const before = text[at - 1] ?? ''
  if (/[A-Za-z0-9_]/.test(before)) return null
  const found = matchAt(name, text, at)
  if (found === null) return unfinished ? matchAt(half, text, at) : null
  const inner = found.slice(2, -2)
  const isCode = /^(?:[([=/]|\.\w)/.test(text.slice(at + found.length, at + found.length + 2)) || /[./]/.test(before)
  return isCode || inner.includes('_') || names.has(inner) ? found : null
}
