export type Question = 'unsaved' | 'delete';
export type Answer = 'save' | 'discard' | 'delete' | 'stay';

/** A question that waits for the user; one at a time. */
class Prompts {
  question = $state<Question | null>(null);
  #answer: (answer: Answer) => void = () => undefined;

  ask(question: Question): Promise<Answer> {
    this.#answer('stay');
    this.question = question;
    return new Promise((resolve) => (this.#answer = resolve));
  }

  answer(answer: Answer): void {
    this.question = null;
    this.#answer(answer);
  }
}

export const prompts = new Prompts();
