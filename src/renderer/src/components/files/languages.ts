/** The highlighting of a file by its name or its first line, each loaded when it is first needed. Used by CodeView only. */
import { LanguageSupport, StreamLanguage, type StreamParser } from '@codemirror/language'
import type { Extension } from '@codemirror/state'
import { extensionOf } from './file-kind'

type Load = () => Promise<Extension>

/** A legacy mode as an extension. */
const mode =
  (load: () => Promise<StreamParser<unknown>>): Load =>
  async () =>
    new LanguageSupport(StreamLanguage.define(await load()))

const shell = mode(async () => (await import('@codemirror/legacy-modes/mode/shell')).shell)
const python = mode(async () => (await import('@codemirror/legacy-modes/mode/python')).python)
const javascript = mode(async () => (await import('@codemirror/legacy-modes/mode/javascript')).javascript)
const typescript = mode(async () => (await import('@codemirror/legacy-modes/mode/javascript')).typescript)
const properties = mode(async () => (await import('@codemirror/legacy-modes/mode/properties')).properties)
const dockerfile = mode(async () => (await import('@codemirror/legacy-modes/mode/dockerfile')).dockerFile)
const nginx = mode(async () => (await import('@codemirror/legacy-modes/mode/nginx')).nginx)
const xml = mode(async () => (await import('@codemirror/legacy-modes/mode/xml')).xml)
const html = mode(async () => (await import('@codemirror/legacy-modes/mode/xml')).html)
const css = mode(async () => (await import('@codemirror/legacy-modes/mode/css')).css)
const ruby = mode(async () => (await import('@codemirror/legacy-modes/mode/ruby')).ruby)
const perl = mode(async () => (await import('@codemirror/legacy-modes/mode/perl')).perl)
const lua = mode(async () => (await import('@codemirror/legacy-modes/mode/lua')).lua)
const go = mode(async () => (await import('@codemirror/legacy-modes/mode/go')).go)
const rust = mode(async () => (await import('@codemirror/legacy-modes/mode/rust')).rust)
const c = mode(async () => (await import('@codemirror/legacy-modes/mode/clike')).c)
const cpp = mode(async () => (await import('@codemirror/legacy-modes/mode/clike')).cpp)
const java = mode(async () => (await import('@codemirror/legacy-modes/mode/clike')).java)
const toml = mode(async () => (await import('@codemirror/legacy-modes/mode/toml')).toml)
const diff = mode(async () => (await import('@codemirror/legacy-modes/mode/diff')).diff)
const sql = mode(async () => (await import('@codemirror/legacy-modes/mode/sql')).standardSQL)
const json: Load = async () => (await import('@codemirror/lang-json')).json()
const yaml: Load = async () => (await import('@codemirror/lang-yaml')).yaml()

const BY_EXTENSION = new Map<string, Load>([
  ...['sh', 'bash', 'zsh', 'ash', 'profile', 'bashrc'].map((name) => [name, shell] as const),
  ...['py', 'pyi'].map((name) => [name, python] as const),
  ...['js', 'mjs', 'cjs', 'jsx'].map((name) => [name, javascript] as const),
  ...['ts', 'mts', 'cts', 'tsx'].map((name) => [name, typescript] as const),
  ...['ini', 'cfg', 'conf', 'properties', 'env', 'service'].map((name) => [name, properties] as const),
  ...['xml', 'svg', 'xsd', 'plist'].map((name) => [name, xml] as const),
  ...['html', 'htm', 'vue'].map((name) => [name, html] as const),
  ...['json', 'map', 'webmanifest'].map((name) => [name, json] as const),
  ...['yaml', 'yml'].map((name) => [name, yaml] as const),
  ...['c', 'h'].map((name) => [name, c] as const),
  ...['cc', 'cpp', 'hpp'].map((name) => [name, cpp] as const),
  ...['diff', 'patch'].map((name) => [name, diff] as const),
  ['css', css],
  ['rb', ruby],
  ['pl', perl],
  ['pm', perl],
  ['lua', lua],
  ['go', go],
  ['rs', rust],
  ['java', java],
  ['toml', toml],
  ['sql', sql]
])

const BY_NAME = new Map<string, Load>([
  ['dockerfile', dockerfile],
  ['containerfile', dockerfile],
  ['nginx.conf', nginx],
  ['.bashrc', shell],
  ['.profile', shell],
  ['.env', properties],
  ['profile', shell],
  ['gemfile', ruby],
  ['rakefile', ruby]
])

const BY_INTERPRETER: readonly (readonly [RegExp, Load])[] = [
  [/\b(ba|da|a|z|k)?sh\b/, shell],
  [/\bpython/, python],
  [/\b(node|deno|bun)\b/, javascript],
  [/\bruby/, ruby],
  [/\bperl/, perl],
  [/\blua/, lua]
]

/** Null for what is shown without colours. */
export function languageOf(name: string, text: string): Load | null {
  const byName = BY_NAME.get(name.toLowerCase()) ?? BY_EXTENSION.get(extensionOf(name))
  if (byName !== undefined) return byName
  const first = /^#!([^\n]{0,200})/.exec(text)?.[1]
  return first === undefined ? null : (BY_INTERPRETER.find(([pattern]) => pattern.test(first))?.[1] ?? null)
}
