/** Names and values as FactList.vue shows them. */
export interface Fact {
  readonly label: string
  readonly value: string
  readonly mono?: boolean
  /** What is shown until somebody asks for the value; absent when there is nothing to hide. */
  readonly hidden?: string
  /** One sentence on why this is a risk. */
  readonly risk?: string
}

export interface Section {
  readonly title: string
  readonly facts: readonly Fact[]
  readonly empty?: string
  readonly showAll?: boolean
}
