import { Assessor } from '../api/assessor';
import * as client from '../api/client';
import { faultyVertices } from '../api/problem';
import type { Assessment, Feature, RouteProperties } from '../api/types';
import { featureOf } from '../editing/draft';
import { isLine } from '../editing/parts';
import { samePlace } from '../geometry/points';
import { draft } from './draft.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';

/** What the user points at in the panel, to be lit on the map. */
export type Focus = { kind: 'passages'; indices: readonly number[] } | { kind: 'partner'; index: number } | null;

/** The server's opinion of the line as it is drawn. */
interface Question {
  readonly feature: Feature<RouteProperties>;
  readonly moving: boolean;
}

class AssessmentState {
  result = $state.raw<Assessment | null>(null);
  error = $state.raw<unknown>(null);
  asking = $state(false);
  /** Whether the answer is to a line that still followed the pointer: it has no mends that would move it. */
  moving = $state(false);
  focus = $state.raw<Focus>(null);
  /** Milliseconds between question and answer, the way included. */
  roundTrip = $state<number | null>(null);

  #askedAt = 0;
  #assessor = new Assessor<Question, Assessment>({
    ask: ({ feature, moving }, signal) => {
      this.#askedAt = performance.now();
      return client.assess(feature, settings.crs, signal, { moving });
    },
    answered: (answer, { moving }) => {
      this.moving = moving;
      this.roundTrip = performance.now() - this.#askedAt;
      this.result = answer;
      this.error = null;
      this.asking = this.#assessor.waiting;
    },
    failed: (error) => {
      this.error = error;
      this.asking = this.#assessor.waiting;
      draft.faulty = faultyVertices(error);
    },
  });

  /** Follow the draft; call once, inside an effect. */
  follow(): void {
    const { properties, base, mode } = draft.shape;
    const parts = draft.shown.map((line) => line.filter((p, i) => i === 0 || !samePlace(p, line[i - 1]!)));
    if (mode === 'browse' || !session.can('assess') || !isLine(parts) || !properties.utility) {
      this.#assessor.cancel();
      this.asking = false;
      this.focus = null;
      this.result = null;
      this.error = null;
      return;
    }
    this.asking = true;
    this.#assessor.request({ feature: featureOf({ parts, properties, base }), moving: draft.moving });
  }
}

export const assessment = new AssessmentState();
