/** Containers for this folder's tests. */
import type { ContainerSummary } from '@shared/docker/container'

let count = 0

/** A running container with an id and a name of its own. */
export function container(overrides: Partial<ContainerSummary> = {}): ContainerSummary {
  count += 1
  return {
    Id: count.toString(16).padStart(64, '0'),
    Names: [`/container-${count}`],
    Image: 'alpine:3.20',
    ImageID: `sha256:${'a'.repeat(64)}`,
    Command: 'sleep infinity',
    Created: 1_700_000_000,
    Ports: [],
    Labels: {},
    State: 'running',
    Status: 'Up 3 minutes',
    ...overrides
  }
}

/** A container of a compose project. */
export function serviceOf(
  project: string,
  service: string,
  overrides: Partial<ContainerSummary> = {}
): ContainerSummary {
  return container({
    Names: [`/${project}-${service}-1`],
    ...overrides,
    Labels: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      ...overrides.Labels
    }
  })
}
