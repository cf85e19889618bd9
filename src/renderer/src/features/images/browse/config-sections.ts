/** What the tab "Config" shows of an image, section by section, in Docker's words; what may be a secret is hidden. Pure. */
import type { Fact, Section } from '@/components/facts/fact-types'
import type { OpenedImage } from '@shared/contract/image-files'
import { shellCommand } from '@shared/docker/command'
import type { Healthcheck } from '@shared/docker/image-config'
import { hideArguments, hideNamedSecret, isSecretVariable, MASK } from '@shared/docker/secrets'

function fact(label: string, value: string, mono = true): Fact[] {
  return value === '' ? [] : [{ label, value, mono }]
}

function command(label: string, words: readonly string[]): Fact[] {
  if (words.length === 0) return []
  const value = shellCommand(words)
  const hidden = shellCommand(hideArguments(words))
  return [{ label, value, mono: true, ...(hidden === value ? {} : { hidden }) }]
}

function variable(line: string): Fact {
  const at = line.indexOf('=')
  if (at < 0) return { label: line, value: '(no value)' }
  const [label, value] = [line.slice(0, at), line.slice(at + 1)]
  if (value === '') return { label, value: '(empty)' }
  return { label, value, mono: true, ...(isSecretVariable(label, value) ? { hidden: MASK } : {}) }
}

function labelled([label, value]: [string, string]): Fact {
  const hidden = hideNamedSecret(label, value)
  return { label, value, mono: true, ...(hidden === value ? {} : { hidden }) }
}

/** The test as Docker writes it, and the settings that are not left to the engine. */
function health(check: Healthcheck | null): Fact[] {
  const [how = '', ...words] = check?.Test ?? []
  if (check === null || how === '') return []
  if (how === 'NONE') return [{ label: 'Test', value: 'switched off (NONE)' }]
  const seconds = (label: string, nanoseconds: number | null | undefined): Fact[] =>
    (nanoseconds ?? 0) > 0 ? [{ label, value: `${(nanoseconds ?? 0) / 1e9} s` }] : []
  const script = words.join(' ')
  return [
    ...(how === 'CMD-SHELL'
      ? [{ label: 'Test', value: script, mono: true, ...hiddenScript(script) }]
      : command('Test', words)),
    ...seconds('Interval', check.Interval),
    ...seconds('Timeout', check.Timeout),
    ...seconds('Start period', check.StartPeriod),
    ...seconds('Start interval', check.StartInterval),
    ...((check.Retries ?? 0) > 0 ? [{ label: 'Retries', value: `${check.Retries ?? 0}` }] : [])
  ]
}

function hiddenScript(script: string): { hidden?: string } {
  const hidden = hideArguments([script])[0] ?? script
  return hidden === script ? {} : { hidden }
}

export function configSections({ config, platform }: Pick<OpenedImage, 'config' | 'platform'>): Section[] {
  return [
    {
      title: 'Process',
      facts: [
        ...fact('Platform', platform, false),
        ...command('Entrypoint', config.Entrypoint),
        ...command('Cmd', config.Cmd),
        ...fact('User', config.User === '' ? 'root (the image names none)' : config.User, false),
        ...fact('Working directory', config.WorkingDir === '' ? '/' : config.WorkingDir),
        ...command('Shell', config.Shell),
        ...fact('Stop signal', config.StopSignal === '' ? 'SIGTERM (default)' : config.StopSignal, false)
      ]
    },
    { title: 'Environment', facts: config.Env.map(variable), showAll: true },
    {
      title: 'Exposed ports',
      facts: config.ExposedPorts.map((port) => ({ label: port, value: 'exposed' }))
    },
    { title: 'Volumes', facts: config.Volumes.map((path) => ({ label: path, value: 'anonymous volume' })) },
    { title: 'Labels', facts: Object.entries(config.Labels).map(labelled) },
    { title: 'Health check', facts: health(config.Healthcheck) },
    ...(config.OnBuild.length === 0
      ? []
      : [
          {
            title: 'On build',
            facts: config.OnBuild.map((line, at) => ({ label: `${at + 1}`, value: line, mono: true }))
          }
        ])
  ]
}
