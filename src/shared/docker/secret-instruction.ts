/**
 * Instructions of a Dockerfile with what may be a secret hidden: values of ENV and ARG as the configuration hides them,
 * labels by their names, commands by their options. For lines as instructionOf and dockerfileOf write them. Pure.
 */
import { hideArgument, hideNamedSecret, isSecretVariable, MASK } from './secrets'

const INSTRUCTION = /^([A-Z]+) ([\s\S]*)$/
/** `NAME=value` and `NAME="a value"`. */
const PAIR = /([^\s="]+|"(?:[^"\\]|\\.)*")=("(?:[^"\\]|\\.)*"|\S*)/g

export function hideInstruction(line: string): string {
  const [, keyword = '', rest = ''] = INSTRUCTION.exec(line) ?? []
  switch (keyword) {
    case 'ENV':
    case 'ARG':
      return `${keyword} ${pairs(rest, hideVariable)}`
    case 'LABEL':
      return `${keyword} ${pairs(rest, hideNamedSecret)}`
    case 'ONBUILD':
      return `${keyword} ${hideInstruction(rest)}`
    default:
      return hideArgument(line, undefined)
  }
}

/** A whole Dockerfile, line by line. */
export function hideDockerfile(text: string): string {
  return text.split('\n').map(hideInstruction).join('\n')
}

function pairs(text: string, hide: (name: string, value: string) => string): string {
  return text.replace(PAIR, (whole: string, name: string, written: string) => {
    const value = written.startsWith('"') ? written.slice(1, -1) : written
    return hide(name, value) === value ? whole : `${name}=${hide(name, value)}`
  })
}

/** A harmless variable's value may hold another one: a history does not say where a value ends. */
function hideVariable(name: string, value: string): string {
  return isSecretVariable(name, value) ? MASK : hideArgument(value, undefined)
}
