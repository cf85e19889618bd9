/** The Swarm block of `docker info` (printSwarmInfo of docker/cli). Called by info-entries.ts. */
import { humanDuration } from '@shared/docker/duration'
import { bare, heading, line, type Entry } from './info-entry'
import type { EngineInfo, SwarmCluster, SwarmInfo } from './info-schema'

/** `Swarm: active` and, unless it is inactive or locked, what the node knows of it. */
export function swarmEntry(info: EngineInfo): Entry {
  const swarm = info.Swarm
  if (swarm === null) return line('Swarm', '')
  if (swarm.LocalNodeState === 'inactive' || swarm.LocalNodeState === 'locked') {
    return line('Swarm', swarm.LocalNodeState)
  }
  return line('Swarm', swarm.LocalNodeState, [
    line('NodeID', swarm.NodeID),
    ...(swarm.Error === '' ? [] : [line('Error', swarm.Error)]),
    line('Is Manager', swarm.ControlAvailable),
    ...cluster(swarm),
    line('Node Address', swarm.NodeAddr),
    ...managers(swarm)
  ])
}

function managers(swarm: SwarmInfo): Entry[] {
  const addresses = swarm.RemoteManagers.map((manager) => manager.Addr).sort()
  return addresses.length === 0
    ? []
    : [
        heading(
          'Manager Addresses',
          addresses.map((address) => bare(address))
        )
      ]
}

function cluster(swarm: SwarmInfo): Entry[] {
  const { Cluster } = swarm
  if (Cluster === null || !swarm.ControlAvailable || swarm.Error !== '' || swarm.LocalNodeState === 'error')
    return []
  const pools = Cluster.DefaultAddrPool
  return [
    line('ClusterID', Cluster.ID),
    line('Managers', swarm.Managers),
    line('Nodes', swarm.Nodes),
    ...(pools === null
      ? []
      : [
          // The CLI ends every pool with two spaces.
          line('Default Address Pool', pools.map((pool) => `${pool}  `).join('')),
          line('SubnetSize', Cluster.SubnetSize)
        ]),
    ...(Cluster.DataPathPort > 0 ? [line('Data Path Port', Cluster.DataPathPort)] : []),
    ...settings(Cluster)
  ]
}

function settings({ Spec, RootRotationInProgress }: SwarmCluster): Entry[] {
  const { Raft } = Spec
  return [
    heading('Orchestration', [
      line('Task History Retention Limit', Spec.Orchestration.TaskHistoryRetentionLimit)
    ]),
    heading('Raft', [
      line('Snapshot Interval', Raft.SnapshotInterval),
      ...(Raft.KeepOldSnapshots === null
        ? []
        : [line('Number of Old Snapshots to Retain', Raft.KeepOldSnapshots)]),
      line('Heartbeat Tick', Raft.HeartbeatTick),
      line('Election Tick', Raft.ElectionTick)
    ]),
    heading('Dispatcher', [line('Heartbeat Period', humanDuration(Spec.Dispatcher.HeartbeatPeriod / 1e6))]),
    heading('CA Configuration', certificates(Spec.CAConfig)),
    line('Autolock Managers', Spec.EncryptionConfig.AutoLockManagers),
    line('Root Rotation In Progress', RootRotationInProgress)
  ]
}

function certificates(config: SwarmCluster['Spec']['CAConfig']): Entry[] {
  const certificate = config.SigningCACert.trim()
  const external = config.ExternalCAs.map((ca): Entry => ({ ...line(ca.Protocol, ca.URL), extraIndent: 1 }))
  return [
    line('Expiry Duration', humanDuration(config.NodeCertExpiry / 1e6)),
    line('Force Rotate', config.ForceRotate),
    ...(certificate === '' ? [] : [line('Signing CA Certificate', `\n${certificate}\n`)]),
    ...(external.length === 0 ? [] : [heading('External CAs', external)])
  ]
}
