/**
 * Whether an open image's values that may be secrets are shown: hidden until somebody asks, for all its tabs together, and
 * hidden again when it is opened anew. Used by the tabs "Layers" and "History".
 */
import { computed, shallowReactive } from 'vue'
import type { ImageLayer, OpenedImage } from '@shared/contract/image-files'
import { hideDockerfile, hideInstruction } from '@shared/docker/secret-instruction'

const shownOf = shallowReactive(new Set<string>())

export function useShownValues(image: () => OpenedImage) {
  const shown = computed(() => shownOf.has(image().handle))
  const hidden = computed(() => image().layers.map(hiddenLayer))
  return {
    shown,
    /** Something is hidden, or would be. */
    any: computed(() => hidden.value.some((layer, at) => layer !== image().layers[at])),
    layers: computed<readonly ImageLayer[]>(() => (shown.value ? image().layers : hidden.value)),
    dockerfile: (text: string): string => (shown.value ? text : hideDockerfile(text)),
    toggle(): void {
      if (!shownOf.delete(image().handle)) shownOf.add(image().handle)
    }
  }
}

/** The same object when there is nothing to hide. What the builder wrote is shown as its instruction then. */
function hiddenLayer(layer: ImageLayer): ImageLayer {
  const instruction = hideInstruction(layer.instruction)
  if (instruction === layer.instruction && hideInstruction(layer.createdBy) === layer.createdBy) return layer
  return { ...layer, instruction, createdBy: instruction }
}
