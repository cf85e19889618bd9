/**
 * `GET /info` as engines from 20.10 to 29 answer it: what one of them leaves out gets the value Go would give it, because
 * the docker CLI prints those. Read by info-text.ts and system.ts.
 */
import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? [])
const map = <T extends z.ZodType>(value: T) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((entries) => entries ?? {})
const pair = z
  .array(z.string())
  .transform((words): readonly [string, string] => [words[0] ?? '', words[1] ?? ''])
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null)
const commit = z
  .object({ ID: text })
  .nullish()
  .transform((value) => value?.ID ?? '')

const Cluster = z.object({
  ID: text,
  DefaultAddrPool: orNull(z.array(z.string())),
  SubnetSize: number,
  DataPathPort: number,
  RootRotationInProgress: flag,
  Spec: z.object({
    Orchestration: z.object({ TaskHistoryRetentionLimit: number }).default({ TaskHistoryRetentionLimit: 0 }),
    Raft: z.object({
      SnapshotInterval: number,
      KeepOldSnapshots: orNull(z.number()),
      HeartbeatTick: number,
      ElectionTick: number
    }),
    /** Nanoseconds. */
    Dispatcher: z.object({ HeartbeatPeriod: number }),
    CAConfig: z.object({
      /** Nanoseconds. */
      NodeCertExpiry: number,
      ForceRotate: number,
      SigningCACert: text,
      ExternalCAs: list(z.object({ Protocol: text, URL: text }))
    }),
    EncryptionConfig: z.object({ AutoLockManagers: flag })
  })
})
export type SwarmCluster = z.output<typeof Cluster>

const Swarm = z.object({
  NodeID: text,
  NodeAddr: text,
  LocalNodeState: text,
  ControlAvailable: flag,
  Error: text,
  RemoteManagers: list(z.object({ Addr: text })),
  Nodes: number,
  Managers: number,
  Cluster: orNull(Cluster)
})
export type SwarmInfo = z.output<typeof Swarm>

export const EngineInfo = z.object({
  ID: text,
  Containers: number,
  ContainersRunning: number,
  ContainersPaused: number,
  ContainersStopped: number,
  Images: number,
  ServerVersion: text,
  Driver: text,
  DriverStatus: list(pair),
  SystemStatus: list(pair),
  LoggingDriver: text,
  CgroupDriver: text,
  CgroupVersion: text,
  Plugins: z
    .object({
      Volume: list(z.string()),
      Network: list(z.string()),
      Authorization: list(z.string()),
      Log: list(z.string())
    })
    .nullish()
    .transform((plugins) => plugins ?? { Volume: [], Network: [], Authorization: [], Log: [] }),
  CDISpecDirs: list(z.string()),
  DiscoveredDevices: list(z.object({ Source: text, ID: text })),
  Swarm: orNull(Swarm),
  Runtimes: map(z.unknown()),
  DefaultRuntime: text,
  OSType: text,
  InitBinary: text,
  ContainerdCommit: commit,
  RuncCommit: commit,
  InitCommit: commit,
  SecurityOptions: list(z.string()),
  Isolation: text,
  KernelVersion: text,
  OperatingSystem: text,
  Architecture: text,
  NCPU: number,
  MemTotal: number,
  Name: text,
  DockerRootDir: text,
  Debug: flag,
  NFd: number,
  NGoroutines: number,
  SystemTime: text,
  NEventsListener: number,
  HttpProxy: text,
  HttpsProxy: text,
  NoProxy: text,
  Labels: list(z.string()),
  ExperimentalBuild: flag,
  RegistryConfig: orNull(
    z.object({
      InsecureRegistryCIDRs: list(z.string()),
      IndexConfigs: map(z.object({ Name: text, Secure: flag })),
      Mirrors: list(z.string())
    })
  ),
  LiveRestoreEnabled: flag,
  ProductLicense: text,
  DefaultAddressPools: list(z.object({ Base: text, Size: number })),
  FirewallBackend: orNull(z.object({ Driver: text, Info: list(pair) })),
  NRI: orNull(z.object({ Info: list(pair) })),
  Warnings: list(z.string())
})
export type EngineInfo = z.output<typeof EngineInfo>
