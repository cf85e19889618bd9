/** The fake engine's objects as a real engine 28.5 (API 1.51) writes them. */
import type { FakeContainer } from './fixtures'
import type { FakeState } from './state'

export function containerRow(container: FakeContainer) {
  return {
    Id: container.Id,
    Names: [`/${container.Name}`],
    Image: container.Image,
    ImageID: container.ImageID,
    Command: container.Command,
    Created: container.Created,
    Ports: container.Ports,
    Labels: container.Labels,
    State: container.State,
    Status: statusText(container),
    HostConfig: { NetworkMode: 'bridge' },
    NetworkSettings: { Networks: {} },
    Mounts: []
  }
}

function statusText({ State, ExitCode }: FakeContainer): string {
  if (State === 'running') return 'Up 2 minutes'
  if (State === 'paused') return 'Up 2 minutes (Paused)'
  return State === 'created' ? 'Created' : `Exited (${ExitCode}) 5 minutes ago`
}

export function containerInspect(container: FakeContainer, withSize: boolean) {
  const [Path = '', ...Args] = container.Command.split(' ')
  return {
    Id: container.Id,
    Name: `/${container.Name}`,
    Created: new Date(container.Created * 1000).toISOString(),
    Path,
    Args,
    Image: container.ImageID,
    Driver: 'overlay2',
    RestartCount: 0,
    ...(withSize ? { SizeRw: container.SizeRw, SizeRootFs: container.SizeRw + 1000 } : {}),
    State: {
      Status: container.State,
      OOMKilled: false,
      ExitCode: container.ExitCode,
      Error: '',
      StartedAt: container.StartedAt,
      FinishedAt: container.State === 'exited' ? new Date().toISOString() : '0001-01-01T00:00:00Z'
    },
    Config: {
      Hostname: container.Id.slice(0, 12),
      Image: container.Image,
      User: '',
      WorkingDir: '/',
      Tty: false,
      Labels: container.Labels,
      Env: container.Env
    },
    HostConfig: {
      AutoRemove: false,
      NetworkMode: 'bridge',
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 }
    },
    Mounts: [],
    NetworkSettings: {
      Networks: { bridge: { IPAddress: container.State === 'running' ? '172.17.0.2' : '' } }
    }
  }
}

export function imageRows(state: FakeState) {
  return [...state.images.values()].map((image) => ({
    ...image,
    ParentId: '',
    RepoDigests: [],
    SharedSize: -1,
    Containers: -1
  }))
}

export function info(state: FakeState, listeners: number) {
  const count = (wanted: FakeContainer['State']) =>
    [...state.containers.values()].filter((container) => container.State === wanted).length
  return {
    ID: '00000000-0000-4000-8000-00000000fa4e',
    Containers: state.containers.size,
    ContainersRunning: count('running'),
    ContainersPaused: count('paused'),
    ContainersStopped: count('exited') + count('created'),
    Images: state.images.size,
    Driver: 'overlay2',
    DriverStatus: [
      ['Backing Filesystem', 'extfs'],
      ['Native Overlay Diff', 'true']
    ],
    Plugins: {
      Volume: ['local'],
      Network: ['bridge', 'host', 'null'],
      Authorization: null,
      Log: ['json-file']
    },
    Swarm: {
      NodeID: '',
      NodeAddr: '',
      LocalNodeState: 'inactive',
      ControlAvailable: false,
      Error: '',
      RemoteManagers: null
    },
    LoggingDriver: 'json-file',
    CgroupDriver: 'cgroupfs',
    CgroupVersion: '2',
    NEventsListener: listeners,
    KernelVersion: '6.0.0-fake',
    OperatingSystem: 'Fake Linux',
    OSType: 'linux',
    Architecture: 'x86_64',
    NCPU: 2,
    MemTotal: 8_000_000_000,
    Name: 'fake',
    DockerRootDir: '/var/lib/fake',
    Labels: ['rack=<img src=x onerror=alert(1)>'],
    ServerVersion: '28.5.2',
    Runtimes: { runc: { path: 'runc' }, 'io.containerd.runc.v2': { path: 'runc' } },
    DefaultRuntime: 'runc',
    InitBinary: 'docker-init',
    ContainerdCommit: { ID: '2.1.9' },
    RuncCommit: { ID: '1.1.5' },
    InitCommit: { ID: '0.19.0' },
    SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    RegistryConfig: {
      InsecureRegistryCIDRs: ['::1/128', '127.0.0.0/8'],
      IndexConfigs: { 'docker.io': { Name: 'docker.io', Mirrors: [], Secure: true, Official: true } },
      Mirrors: null
    },
    Warnings: ['WARNING: No swap limit support']
  }
}

export function diskUsage(state: FakeState) {
  return {
    LayersSize: [...state.images.values()].reduce((sum, image) => sum + image.Size, 0),
    Images: [...state.images.values()].map((image) => ({ ...image, SharedSize: 0, Containers: 0 })),
    Containers: [...state.containers.values()].map((container) => ({
      ...containerRow(container),
      SizeRw: container.SizeRw
    })),
    Volumes: [],
    BuildCache: []
  }
}

/** A sample whose CPU use is `tick` percent-ish of one core, so that two samples differ. */
export function statsSample(tick: number) {
  const cpu = (at: number) => ({
    cpu_usage: { total_usage: at * 100_000_000 },
    system_cpu_usage: at * 2_000_000_000,
    online_cpus: 2
  })
  return {
    read: new Date(1_760_000_000_000 + tick * 1000).toISOString(),
    preread:
      tick === 0 ? '0001-01-01T00:00:00Z' : new Date(1_760_000_000_000 + (tick - 1) * 1000).toISOString(),
    num_procs: 0,
    cpu_stats: cpu(tick + 1),
    precpu_stats: tick === 0 ? { cpu_usage: { total_usage: 0 } } : cpu(tick),
    memory_stats: { usage: 50_000_000, limit: 8_000_000_000, stats: { inactive_file: 10_000_000 } },
    pids_stats: { current: 3 }
  }
}
