/** What is known of registries people log in to: which name goes with which token, where it is made, and what is often mistaken. */

export type KindId =
  'other' | 'docker' | 'github' | 'gitlab' | 'google' | 'azure' | 'amazon' | 'quay' | 'harbor'

export interface LoginKind {
  readonly id: KindId
  readonly label: string
  /** Its hosts; none where everybody runs their own. */
  readonly hosts: RegExp | null
  /** Where there is one for all; shown as an example where there is not. */
  readonly host: string
  readonly example: string
  /** The name that goes with its tokens, where it is always the same. */
  readonly username: string
  readonly usernameExample: string
  /** Which token is needed, and where it is made. */
  readonly note: string
  /** Words for what was surely meant otherwise; null when nothing strikes. A warning, never a refusal. */
  readonly doubt: (username: string, secret: string) => string | null
}

const AZURE_NAME = '00000000-0000-0000-0000-000000000000'
const NOTHING = { host: '', example: '', username: '', usernameExample: '', doubt: () => null }

export const LOGIN_KINDS: readonly LoginKind[] = [
  {
    ...NOTHING,
    ...{ id: 'other', label: 'Any registry', hosts: null, example: 'registry.example:5000' },
    note: ''
  },
  {
    ...NOTHING,
    ...{
      id: 'docker',
      label: 'Docker Hub',
      hosts: /^(?:(?:index\.|registry-1\.)?docker\.io|hub\.docker\.com)?$/
    },
    ...{ host: 'docker.io', example: 'docker.io' },
    note: 'Your Docker ID with the password or, better, a personal access token, made in the settings of your account.'
  },
  {
    ...NOTHING,
    ...{ id: 'github', label: 'GitHub', hosts: /^ghcr\.io$/, host: 'ghcr.io', example: 'ghcr.io' },
    note: 'Your GitHub name with a classic personal access token, made in Settings, Developer settings. It needs read:packages, and write:packages to push.',
    doubt: (_, secret) => {
      if (secret.startsWith('github_pat_'))
        return 'That is a fine-grained token, which GitHub’s registry does not take: make a classic one.'
      const token = /^(?:gh[a-z]_|[0-9a-f]{40}$)/.test(secret)
      return token ? null : 'That does not look like a token (ghp_…): GitHub’s registry takes no password.'
    }
  },
  {
    ...NOTHING,
    ...{ id: 'gitlab', label: 'GitLab', hosts: /^registry\.gitlab\.com$/, host: 'registry.gitlab.com' },
    example: 'registry.gitlab.com',
    note: 'A deploy token with its name, made in the project’s Settings, Repository; or your name with a personal access token. It needs read_registry, and write_registry to push.',
    doubt: (_, secret) =>
      secret.startsWith('glrt-') ? 'That is the token of a runner, which reads no registry.' : null
  },
  {
    ...NOTHING,
    ...{ id: 'google', label: 'Google', hosts: /^(?:(?:[a-z]+\.)?gcr\.io|[a-z0-9-]+-docker\.pkg\.dev)$/ },
    ...{ example: 'europe-docker.pkg.dev', username: '_json_key' },
    note: 'The name _json_key with the whole content of a service account’s JSON key, made in IAM, Service accounts.',
    doubt: (username, secret) =>
      username === '_json_key' && !/^\s*\{.*"private_key"/s.test(secret)
        ? 'That is not the content of a JSON key: it begins with { and holds a private_key.'
        : null
  },
  {
    ...NOTHING,
    ...{ id: 'azure', label: 'Azure', hosts: /^[a-z0-9-]+\.azurecr\.(?:io|cn|us)$/ },
    ...{ example: 'name.azurecr.io', username: AZURE_NAME },
    note: 'This name with the token that az acr login --expose-token prints; or a service principal’s application id with its secret.',
    doubt: (username, secret) =>
      username === AZURE_NAME && !secret.startsWith('eyJ')
        ? 'A token begins with eyJ: a service principal’s secret goes with its application id as the name.'
        : null
  },
  {
    ...NOTHING,
    ...{
      id: 'amazon',
      label: 'Amazon',
      hosts: /^(?:\d{12}\.dkr\.ecr(?:-fips)?\..+\.amazonaws\.com(?:\.cn)?|public\.ecr\.aws)$/
    },
    ...{ example: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', username: 'AWS' },
    note: 'The name AWS with what aws ecr get-login-password prints. It is good for 12 hours; log in again after that.',
    doubt: (username, secret) => {
      if (username !== 'AWS') return 'The name is always AWS here.'
      return secret.length < 100
        ? 'That is too short for what aws ecr get-login-password prints: access keys do not work here.'
        : null
    }
  },
  {
    ...NOTHING,
    ...{ id: 'quay', label: 'Quay', hosts: /^quay\.io$/, host: 'quay.io', example: 'quay.io' },
    usernameExample: 'team+robot',
    note: 'A robot account (team+robot) with its token, made in the organization’s Robot Accounts; or your name with an encrypted password from your account settings.'
  },
  {
    ...NOTHING,
    ...{
      id: 'harbor',
      label: 'Harbor',
      hosts: null,
      example: 'harbor.example',
      usernameExample: 'robot$name'
    },
    note: 'A robot account with its secret, made in the project’s Robot Accounts; or your name with the CLI secret from your user profile.',
    doubt: (username) =>
      /^robot[^$]/.test(username)
        ? 'The name of a robot account begins with robot$, as Harbor shows it.'
        : null
  }
]

const kindOf = (id: KindId): LoginKind => LOGIN_KINDS.find((kind) => kind.id === id) ?? OTHER
const [OTHER] = LOGIN_KINDS as [LoginKind, ...LoginKind[]]

/** By the address that is typed; where everybody's may be meant, what was chosen. */
export function kindFor(typed: string, chosen: KindId): LoginKind {
  const host = typed
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '')
  if (host === '') return kindOf(chosen)
  const known = LOGIN_KINDS.find(({ hosts }) => hosts?.test(host))
  if (known !== undefined) return known
  // Chosen, but only at its own hosts: another one it is not.
  return ['gitlab', 'harbor', 'quay'].includes(chosen) ? kindOf(chosen) : OTHER
}

/** The doubt about what is typed; none while something is missing. */
export function doubtOf(kind: LoginKind, username: string, secret: string): string | null {
  return username === '' || secret === '' ? null : kind.doubt(username, secret)
}
