/** A bill of materials as CycloneDX 1.6 JSON, written by the project's own library. */
import * as Enums from '@cyclonedx/cyclonedx-library/Enums'
import * as Models from '@cyclonedx/cyclonedx-library/Models'
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize'
import * as Spec from '@cyclonedx/cyclonedx-library/Spec'
import { randomUUID } from 'node:crypto'
import type { ImagePackage } from '@shared/contract/packages'
import { licenceOf } from '../licence'
import type { SbomSubject } from './sbom'

export function cycloneDx(subject: SbomSubject): string {
  const { name, platform, report, tool, created } = subject
  const root = new Models.Component(Enums.ComponentType.Container, name, { bomRef: 'image' })
  if (platform !== '') root.properties.add(new Models.Property('quayside:platform', platform))
  const bom = new Models.Bom({ serialNumber: `urn:uuid:${randomUUID()}` })
  bom.metadata.timestamp = new Date(created)
  bom.metadata.component = root
  bom.metadata.tools.components.add(
    new Models.Component(Enums.ComponentType.Application, tool.name, { version: tool.version })
  )
  for (const note of report.notes) bom.metadata.properties.add(new Models.Property('quayside:note', note))
  const system = systemOf(subject)
  if (system !== null) {
    bom.components.add(system)
    root.dependencies.add(system.bomRef)
  }
  for (const [at, one] of report.packages.entries()) {
    const component = componentOf(one, at, subject)
    bom.components.add(component)
    root.dependencies.add(component.bomRef)
  }
  const normalizer = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return new Serialize.JsonSerializer(normalizer).serialize(bom, { sortLists: false, space: 2 })
}

function systemOf({ report }: SbomSubject): Models.Component | null {
  const { distribution } = report
  if (distribution === null) return null
  const { id, name, version } = distribution
  return new Models.Component(Enums.ComponentType.OperatingSystem, id || name, {
    bomRef: 'distribution',
    description: name,
    ...(version === '' ? {} : { version })
  })
}

function componentOf(one: ImagePackage, at: number, subject: SbomSubject): Models.Component {
  const [group, name] = one.ecosystem === 'java' && one.name.includes(':') ? one.name.split(':', 2) : []
  const component = new Models.Component(Enums.ComponentType.Library, name ?? one.name, {
    bomRef: `package-${at + 1}`,
    version: one.version,
    ...(group === undefined ? {} : { group }),
    ...(one.purl === '' ? {} : { purl: one.purl })
  })
  addLicences(component, one.licences)
  const properties = {
    'quayside:ecosystem': one.ecosystem,
    'quayside:path': one.path,
    'quayside:layer': subject.diffId(one.layer) ?? '',
    'quayside:source': one.source
  }
  for (const [key, value] of Object.entries(properties))
    if (value !== '') component.properties.add(new Models.Property(key, value))
  return component
}

/** An expression has to stand alone; beside others it is a name. */
function addLicences(component: Models.Component, texts: readonly string[]): void {
  const licences = texts.map(licenceOf)
  for (const { text, spdx } of licences) {
    if (spdx === 'expression' && licences.length === 1)
      component.licenses.add(new Models.LicenseExpression(text))
    else if (spdx === 'id') component.licenses.add(new Models.SpdxLicense(text))
    else component.licenses.add(new Models.NamedLicense(text))
  }
}
