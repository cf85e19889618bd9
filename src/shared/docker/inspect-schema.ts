/**
 * `GET /containers/{id}/json` as the Engine API spells it: what the pages and the rules read of it, of every engine from
 * 20.10 on. What an engine leaves out or sends as null stays so. The exact body is a call of its own (containers.inspectText).
 */
import { z } from 'zod'
import { CONTAINER_STATES } from './container'

const orEmpty = <T extends z.ZodType>(schema: T) =>
  z
    .array(schema)
    .nullish()
    .transform((list) => list ?? [])
const mapOrEmpty = <T extends z.ZodType>(schema: T) =>
  z
    .record(z.string(), schema)
    .nullish()
    .transform((map) => map ?? {})
const text = z.string().nullish()
const count = z.number().nullish()
const flag = z.boolean().nullish()
const texts = z.array(z.string()).nullish()
const textMap = z.record(z.string(), z.string()).nullish()

/** One run of a health check. */
export const HealthProbe = z.object({
  Start: z.string(),
  End: text,
  ExitCode: z.number(),
  Output: z.string()
})
export type HealthProbe = z.output<typeof HealthProbe>

/** `State.Health`: what the probes said; the engine keeps the last five. */
export const HealthState = z.object({
  Status: z.string(),
  FailingStreak: z.number(),
  Log: orEmpty(HealthProbe)
})
export type HealthState = z.output<typeof HealthState>

/** `Config.Healthcheck`; durations are nanoseconds, 0 or nothing is the engine's default. */
export const HealthCheck = z.object({
  /** `NONE`, or `CMD` and an argument list, or `CMD-SHELL` and a line. */
  Test: texts,
  Interval: count,
  Timeout: count,
  StartPeriod: count,
  StartInterval: count,
  Retries: count
})
export type HealthCheck = z.output<typeof HealthCheck>

/** A mount as it was asked for with `--mount`. */
const MountRequest = z.object({
  Type: text,
  Source: text,
  Target: text,
  ReadOnly: flag,
  VolumeOptions: z.object({ DriverConfig: z.object({ Name: text, Options: textMap }).nullish() }).nullish()
})

const Device = z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })
const Ulimit = z.object({ Name: z.string(), Soft: z.number(), Hard: z.number() })

const State = z.object({
  Status: z.enum(CONTAINER_STATES),
  OOMKilled: z.boolean().optional(),
  ExitCode: z.number(),
  Error: z.string().optional(),
  StartedAt: z.string(),
  FinishedAt: z.string(),
  /** Of its main process, as the engine's machine counts; 0 while it does not run. */
  Pid: z.number().optional(),
  Health: HealthState.nullish()
})

const Config = z.object({
  Hostname: z.string().optional(),
  Domainname: text,
  Image: z.string(),
  User: z.string().optional(),
  WorkingDir: z.string().optional(),
  Tty: z.boolean().optional(),
  OpenStdin: flag,
  /** Its input closes with the first connection that had it. */
  StdinOnce: z.boolean().optional(),
  StopSignal: text,
  StopTimeout: count,
  Cmd: texts,
  Entrypoint: texts,
  ExposedPorts: z.record(z.string(), z.unknown()).nullish(),
  Healthcheck: HealthCheck.nullish(),
  Labels: mapOrEmpty(z.string()),
  Env: orEmpty(z.string())
})

const HostConfig = z.object({
  AutoRemove: z.boolean().optional(),
  NetworkMode: z.string().optional(),
  RestartPolicy: z.object({ Name: z.string(), MaximumRetryCount: z.number().optional() }).optional(),
  Binds: texts,
  Mounts: z.array(MountRequest).nullish(),
  Tmpfs: textMap,
  VolumesFrom: texts,
  PortBindings: z.record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullish()).nullish(),
  CapAdd: texts,
  CapDrop: texts,
  Privileged: flag,
  SecurityOpt: texts,
  ReadonlyRootfs: flag,
  GroupAdd: texts,
  PidMode: z.string().optional(),
  IpcMode: text,
  UTSMode: text,
  UsernsMode: text,
  CgroupnsMode: text,
  Runtime: text,
  Init: flag,
  Devices: z.array(Device).nullish(),
  DeviceRequests: z
    .array(
      z.object({
        Driver: text,
        Count: count,
        DeviceIDs: texts,
        Capabilities: z.array(z.array(z.string())).nullish()
      })
    )
    .nullish(),
  /** Limits; 0 or absent is none, and so is a negative number of processes. */
  Memory: z.number().optional(),
  MemorySwap: count,
  MemoryReservation: count,
  NanoCpus: z.number().optional(),
  CpuShares: count,
  CpuQuota: z.number().optional(),
  CpuPeriod: z.number().optional(),
  CpusetCpus: text,
  PidsLimit: count,
  ShmSize: count,
  Ulimits: z.array(Ulimit).nullish(),
  Sysctls: textMap,
  OomKillDisable: flag,
  LogConfig: z.object({ Type: z.string(), Config: textMap }).nullish(),
  Dns: texts,
  ExtraHosts: texts
})

const Mount = z.object({
  Type: z.string(),
  Name: z.string().optional(),
  Source: z.string(),
  Destination: z.string(),
  Driver: text,
  Mode: text,
  RW: z.boolean(),
  Propagation: text
})

/** A container's place in one network; the top-level address fields are gone since API 1.52. */
const Endpoint = z.object({
  IPAddress: z.string().optional(),
  IPPrefixLen: count,
  GlobalIPv6Address: text,
  Gateway: text,
  IPv6Gateway: text,
  MacAddress: text,
  Aliases: texts,
  DNSNames: texts
})

/** `GET /containers/{id}/json`, the parts that are shown and judged. */
export const ContainerInspect = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Path: z.string(),
  Args: orEmpty(z.string()),
  Image: z.string(),
  Platform: text,
  Driver: z.string().optional(),
  RestartCount: z.number().optional(),
  SizeRw: z.number().optional(),
  State,
  Config,
  HostConfig,
  Mounts: orEmpty(Mount),
  NetworkSettings: z.object({
    Ports: z.record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullish()).nullish(),
    Networks: mapOrEmpty(Endpoint)
  })
})
export type ContainerInspect = z.output<typeof ContainerInspect>
