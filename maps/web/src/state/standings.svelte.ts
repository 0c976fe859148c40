import * as client from '../api/client';
import type { OperatorStanding } from '../api/types';
import { t } from '../i18n/language.svelte';
import { cases } from './cases.svelte';
import { notices } from './notices.svelte';

/** How operators have kept what they committed to; shown once somebody asks. */
class Standings {
  open = $state(false);
  list = $state.raw<readonly OperatorStanding[] | null>(null);
  /** Whose events are shown; empty: nobody's. */
  chosen = $state('');
  busy = $state(false);
  /** What was wrong with the last step. */
  refused = $state.raw<unknown>(null);
  error = $state.raw<unknown>(null);

  show(operator = ''): void {
    this.open = true;
    this.chosen = operator;
    this.refused = null;
    void this.load();
  }

  hide(): void {
    this.open = false;
  }

  /** Somebody else works at the page: what was told to the one before is not shown to this one. */
  forget(): void {
    this.hide();
    this.list = null;
    this.chosen = '';
    this.refused = null;
    this.error = null;
  }

  async load(): Promise<void> {
    try {
      this.list = await client.standings();
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Take a step of the ladder; true when it is on record. */
  async act(standing: OperatorStanding, kind: string, reason: string): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      await client.actOnStanding(standing.operator, { kind, actor: cases.actor, data: { reason }, expected: standing.seq });
      notices.say('done', t('case_done'));
      await this.load();
      return true;
    } catch (error) {
      this.refused = error;
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export const standings = new Standings();
