/** Zoom by steps that add up: a press while the one before is still under way once came to a part of a step. */

import type View from 'ol/View';

const STEP_MS = 150;

export class ZoomSteps {
  /** Where a step that is under way will end. */
  #aimed: number | null = null;

  by(view: View, steps: number): void {
    const from = this.#aimed ?? view.getZoom() ?? 0;
    const zoom = Math.min(view.getMaxZoom(), Math.max(view.getMinZoom(), from + steps));
    view.cancelAnimations();
    this.#aimed = zoom;
    view.animate({ zoom, duration: STEP_MS }, () => {
      if (this.#aimed === zoom) this.#aimed = null;
    });
  }
}
