/** What two builds were made from and what came out, a row for each thing that one of them has. Pure. */
import type { BuildPair, PastBuild } from '@shared/contract/build-history'
import { isSecretName, isSecretVariable, MASK } from '@shared/docker/secrets'

export interface InputPair {
  readonly key: string
  readonly name: string
  /** Empty: this build has none. */
  readonly before: string
  readonly after: string
  readonly differs: boolean
  /** The values may be secrets. */
  readonly secret: boolean
}

interface Input {
  readonly name: string
  readonly value: string
  readonly secret: boolean
}

/** `sizeOf` tells what an image with this digest takes; empty when it is not on the engine any more. */
export function compareInputs(
  before: PastBuild,
  after: PastBuild,
  sizeOf: (digests: readonly string[]) => string
): readonly InputPair[] {
  const [old, now] = [inputsOf(before, sizeOf), inputsOf(after, sizeOf)]
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), now.get(key)]
    const [first, second] = [was?.value ?? '', is?.value ?? '']
    if (first === '' && second === '') return []
    const { name, secret } = (is ?? was) as Input
    return [
      {
        key,
        name,
        before: first,
        after: second,
        differs: first !== second,
        secret: secret || was?.secret === true
      }
    ]
  })
}

/** The value as it is shown: hidden ones by a mask that tells nothing, not even their length. */
export function shownValue(value: string, secret: boolean, revealed: boolean): string {
  if (value === '') return '–'
  return secret && !revealed ? MASK : value
}

function inputsOf(build: PastBuild, sizeOf: (digests: readonly string[]) => string): Map<string, Input> {
  const { record } = build
  const plain: readonly (readonly [string, string])[] = [
    ['State', record.state],
    ['Context', record.context],
    ['Dockerfile', record.dockerfile],
    ['Target', record.target],
    ['Platforms', build.platforms.join(', ')],
    ['Tags', record.tags.join('\n')],
    ['Builder', record.builder],
    ['Frontend', build.frontend],
    ['Repository', build.repository],
    ['Revision', build.revision]
  ]
  const inputs = new Map<string, Input>()
  for (const [name, value] of plain) inputs.set(name, { name, value, secret: false })
  const group = (
    title: string,
    pairs: readonly BuildPair[],
    isSecret: (pair: BuildPair) => boolean
  ): void => {
    for (const pair of pairs) {
      const name = `${title} ${pair.name}`
      // A label may be there twice (outputs are): each is a row of its own.
      let key = name
      for (let n = 2; inputs.has(key); n += 1) key = `${name} ${n}`
      inputs.set(key, { name, value: pair.value, secret: isSecret(pair) })
    }
  }
  group('Build argument', build.args, ({ name, value }) => isSecretVariable(name, value))
  group('Label', build.labels, ({ name }) => isSecretName(name))
  group('Named context', build.contexts, () => false)
  group('Option', build.options, ({ name }) => isSecretName(name))
  group('Output', build.outputs, () => false)
  group(
    'Read',
    build.materials.map(({ uri, digest }) => ({ name: uri, value: digest })),
    () => false
  )
  inputs.set('Result', { name: 'Result', value: build.result.join('\n'), secret: false })
  inputs.set('Size', { name: 'Size of the image', value: sizeOf(build.result), secret: false })
  return inputs
}
