/** Deterministic rows for the fake engine, and text that is out to do harm. Used by state.ts and by tests. */

export interface FakeContainer {
  Id: string
  Name: string
  Image: string
  ImageID: string
  Command: string
  /** Seconds since the epoch. */
  Created: number
  State: 'created' | 'running' | 'paused' | 'exited'
  ExitCode: number
  Labels: Record<string, string>
  Env: string[]
  Ports: { IP?: string; PrivatePort: number; PublicPort?: number; Type: string }[]
  StartedAt: string
  SizeRw: number
}

export interface FakeImage {
  Id: string
  RepoTags: string[]
  Created: number
  Size: number
  Labels: Record<string, string>
}

/** What a page must show as text and nothing else. */
export const HOSTILE_TEXTS = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '\u001b]0;title\u0007\u001b[31mred\u001b[0m',
  'left\u202eexe.txt',
  'nul\u0000byte',
  'line\nfeed\r\ttab',
  'javascript:alert(1)',
  '__proto__',
  'constructor',
  '🐳'.repeat(20),
  'x'.repeat(5000)
] as const

const EPOCH = 1_760_000_000

/** A 64-digit id that tells its kind and number. */
export function fakeId(kind: 'c' | 'i', index: number): string {
  return (kind === 'c' ? 'c0' : '1a') + index.toString(16).padStart(8, '0').repeat(8).slice(0, 62)
}

export function makeImages(count: number): FakeImage[] {
  return Array.from({ length: count }, (_, index) => ({
    Id: `sha256:${fakeId('i', index)}`,
    RepoTags: index % 10 === 9 ? [] : [`registry.test/app${index}:v${index % 7}`],
    Created: EPOCH - index * 3600,
    Size: 1_000_000 + ((index * 7_919_777) % 900_000_000),
    Labels: {}
  }))
}

/** Two of three run, every fourth belongs to a compose project, every fifth publishes a port. */
export function makeContainers(count: number, images: readonly FakeImage[]): FakeContainer[] {
  return Array.from({ length: count }, (_, index) => {
    const image = images[index % Math.max(images.length, 1)]
    const running = index % 3 !== 2
    const labels =
      index % 4 === 0
        ? {
            'com.docker.compose.project': `project${index % 40}`,
            'com.docker.compose.service': `service${index}`
          }
        : {}
    return {
      Id: fakeId('c', index),
      Name: `container-${index}`,
      Image: image?.RepoTags[0] ?? image?.Id ?? 'gone:latest',
      ImageID: image?.Id ?? `sha256:${fakeId('i', 0)}`,
      Command: 'sleep 1000',
      Created: EPOCH - index * 60,
      State: running ? 'running' : 'exited',
      ExitCode: 0,
      Labels: labels,
      Env: [],
      Ports: running && index % 5 === 0 ? published(20_000 + (index % 40_000)) : [],
      StartedAt: new Date((EPOCH - index * 60) * 1000).toISOString(),
      SizeRw: (index * 4096) % 10_000_000
    }
  })
}

function published(port: number): FakeContainer['Ports'] {
  return ['0.0.0.0', '::'].map((IP) => ({ IP, PrivatePort: 80, PublicPort: port, Type: 'tcp' }))
}

/** One container for each hostile text, in its labels, command and image name; the engine itself refuses such names. */
export function hostileContainers(images: readonly FakeImage[]): FakeContainer[] {
  return makeContainers(HOSTILE_TEXTS.length, images).map((container, index) => {
    const text = HOSTILE_TEXTS[index] ?? ''
    return {
      ...container,
      Id: fakeId('c', 0xf000_0000 + index),
      Name: `hostile-${index}`,
      Image: text,
      Command: text,
      Labels: { [text]: text, 'com.docker.compose.project': text }
    }
  })
}
