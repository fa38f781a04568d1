/** What a filter decides: an answer, or a question about one word of what the kernel tells it of a call. */
export type Decision = Answer | Question

/** What seccomp is to do: the operand of a return. */
export interface Answer {
  readonly id: number
  readonly answer: number
}

/** Whether a word, as far as the mask goes, stands in that relation to the value. */
export interface Question {
  readonly id: number
  /** Its offset in struct seccomp_data. */
  readonly word: number
  readonly mask: number
  readonly relation: Relation
  readonly value: number
  readonly yes: Decision
  readonly no: Decision
}

export type Relation = 'equals' | 'exceeds' | 'reaches' | 'shares bits with'

/** A word with all of its bits. */
export const wholeWord = 0xffff_ffff

/** Makes decisions, and the same one only once: two that are equal have the same `id`. */
export class Decisions {
  readonly #made = new Map<string, Decision>()

  answer(answer: number): Answer {
    return this.#once(`${answer}`, (id) => ({ id, answer }))
  }

  ask(question: Omit<Question, 'id'>): Decision {
    const { word, mask, relation, value, yes, no } = question
    if (yes.id === no.id) return yes
    if (mask === 0) return holds(relation, 0, value) ? yes : no
    return this.#once([word, mask, relation, value, yes.id, no.id].join(), (id) => ({ id, ...question }))
  }

  #once<Made extends Decision>(key: string, make: (id: number) => Made): Made {
    const earlier = this.#made.get(key)
    if (earlier !== undefined) return earlier as Made
    const made = make(this.#made.size)
    this.#made.set(key, made)
    return made
  }
}

/** Whether a word that reads `read` under the mask stands in that relation to the value. */
export function holds(relation: Relation, read: number, value: number): boolean {
  if (relation === 'equals') return read === value
  if (relation === 'exceeds') return read > value
  return relation === 'reaches' ? read >= value : (read & value) !== 0
}
