import * as client from '../api/client';
import { isAbort } from '../api/problem';
import type { PlacedFinding, RouteProperties, SectionAnswer, SectionLineShape, SectionPaper, SectionRequest } from '../api/types';
import { coversOf } from '../editing/covers';
import { countVertices } from '../editing/parts';
import { routesIn } from '../findings/order';
import { language, t } from '../i18n/language.svelte';
import { draft } from './draft.svelte';
import { keep } from './keep';

/** Keys of the soils of GB 50268; the server refuses others. */
export const SOILS = ['clay', 'silt', 'sand', 'gravel_clay', 'gravel_sand', 'loess', 'soft'] as const;
export const PAPERS: readonly SectionPaper[] = ['a4', 'a3'];
export const SURFACES = ['carriageway', 'footway'] as const;

const LINE_FIELDS = ['subtype', 'diameter_mm', 'pressure_mpa', 'voltage_kv', 'laying', 'material'] as const;

/** The cross-section that is being looked at: which lines, on which ground, and what the server says. */
class Sections {
  /** Ids of the stored routes of the section; null while none is open. */
  routes = $state.raw<readonly string[] | null>(null);
  /** Empty: nobody knows, so that the flattest slope is taken. */
  soil = $state<(typeof SOILS)[number] | ''>('');
  under = $state<(typeof SURFACES)[number]>('carriageway');
  stepped = $state(false);
  /** Metres, as typed; null: not known, no limit. */
  redLine = $state<number | null>(null);
  maxWidth = $state<number | null>(null);
  answer = $state.raw<SectionAnswer | null>(null);
  error = $state.raw<unknown>(null);
  asking = $state(false);
  /** The paper that is being set; the next one waits. */
  printing = $state(false);
  #under: AbortController | null = null;

  /** Two planned routes may share a trench; a pipe that lies there already is not laid again. */
  offered(finding: PlacedFinding): boolean {
    return new Set(routesIn(finding)).size > 1;
  }

  open(routes: readonly string[]): void {
    this.answer = null;
    this.error = null;
    this.routes = routes;
  }

  close(): void {
    this.#under?.abort();
    this.routes = null;
  }

  /** Ask for the section as it is set; the dialog calls it inside an effect, so that every change asks anew. */
  async ask(): Promise<void> {
    if (!this.routes) return;
    const request = this.#request(this.routes);
    this.#under?.abort();
    const controller = new AbortController();
    this.#under = controller;
    this.asking = true;
    try {
      const answer = await client.section(request, controller.signal);
      if (controller.signal.aborted) return;
      this.answer = answer;
      this.error = null;
    } catch (error) {
      if (controller.signal.aborted || isAbort(error)) return;
      this.answer = null;
      this.error = error;
    } finally {
      if (this.#under === controller) this.asking = false;
    }
  }

  /** Hand over the section as it is set now, on paper, to be kept and printed. */
  async print(paper: SectionPaper): Promise<void> {
    if (!this.routes) return;
    this.printing = true;
    try {
      const pdf = await client.sectionPaper(this.#request(this.routes), paper);
      keep(pdf, `${t('section_title')}-${this.routes.join('-')}-${paper}.pdf`);
    } catch (error) {
      this.error = error;
    } finally {
      this.printing = false;
    }
  }

  /** The line on the table is laid as it is drawn now, the others as they are stored. */
  #request(routes: readonly string[]): SectionRequest {
    const drawn = draft.mode !== 'browse';
    const stored = [...new Set(routes)].filter((id) => id !== '' && !(drawn && id === draft.id));
    const lines = drawn ? [lineOf(draft.shape.properties)] : [];
    return { lines, routes: stored, ...(this.soil ? { soil: this.soil } : {}), under: this.under, stepped: this.stepped, language: language.now, ...given({ red_line_m: this.redLine, max_width_m: this.maxWidth }) };
  }
}

/** What was typed, without what was not. */
const given = <Name extends string>(values: Record<Name, number | null>): Partial<Record<Name, number>> =>
  Object.fromEntries(Object.entries<number | null>(values).filter(([, value]) => value !== null)) as Partial<Record<Name, number>>;

function lineOf(properties: RouteProperties): SectionLineShape {
  const covers = coversOf(properties.covers_m, countVertices(draft.parts));
  const cover = covers ? Math.min(...covers) : properties.cover_m;
  const stated = Object.fromEntries([...LINE_FIELDS.map((field) => [field, properties[field]]), ['cover_m', cover]].filter(([, value]) => value !== null && value !== undefined && value !== ''));
  return { id: draft.id ?? t('section_mine'), utility: properties.utility, name: properties.name || t('section_mine'), ...stated };
}

export const sections = new Sections();
