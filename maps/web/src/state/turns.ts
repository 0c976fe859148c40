/** Which of several askings is the last one: an answer to an earlier one comes too late, and is for nobody. */
export class Turns {
  #last = 0;

  /** Begin another one; comes back with whether it is still the last. */
  begin(): () => boolean {
    this.#last += 1;
    const mine = this.#last;
    return () => mine === this.#last;
  }
}
