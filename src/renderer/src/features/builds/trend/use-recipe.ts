/** The choice of one Dockerfile (of a context, with a target) in the list of builds, and its trend. */
import { computed, shallowRef, type ComputedRef } from 'vue'
import type { BuildRecord } from '@shared/contract/build-history'
import { recipeOf, recipesOf, trendOf } from './build-trend'

export function useRecipe(all: ComputedRef<readonly BuildRecord[]>) {
  const picked = shallowRef('')
  const recipes = computed(() => recipesOf(all.value))
  /** Empty for all of them; the builds of the one that was picked may have been deleted meanwhile. */
  const recipe = computed({
    get: () => recipes.value.find(({ value }) => value === picked.value)?.value ?? '',
    set: (value) => (picked.value = value)
  })
  return {
    recipe,
    recipes,
    builds: computed(() =>
      recipe.value === '' ? all.value : all.value.filter((build) => recipeOf(build) === recipe.value)
    ),
    trend: computed(() => (recipe.value === '' ? [] : trendOf(all.value, recipe.value)))
  }
}
