/** What lies on the device: the visit as it was taken along, and what was entered since. */

import type { AnswerOutcome, County, Feature, PlacedFinding, Problem, Symbols, VisitShape } from '../api/types';
import type { Point } from '../geometry/points';

export const OUTCOMES: readonly AnswerOutcome[] = ['ok', 'not_ok', 'value', 'open'];

/** An answer as `survey.visits.keeping.events.Answer` reads it. */
export interface SiteAnswer {
  readonly id: string;
  readonly item: string;
  readonly outcome: AnswerOutcome;
  readonly taken_at: string;
  readonly value: number | null;
  readonly uncertainty: number | null;
  readonly unit: string;
  readonly photos: readonly string[];
  readonly note: string;
  readonly x: number | null;
  readonly y: number | null;
  readonly accuracy_m: number | null;
  readonly replaces: string;
}

/** Bumped where an older page could not read what is stored. */
export const PACK_VERSION = 1;

export interface Pack {
  readonly id: string;
  readonly version: number;
  readonly visit: VisitShape;
  readonly county: County;
  readonly symbols: Symbols;
  /** Name of the grid in questions to the server. */
  readonly crs: string;
  /** Layers that had more than was fetched. */
  readonly cut: readonly string[];
  readonly takenAt: string;
  readonly by: Maker;
  /** Bytes as stored, of all layers. */
  readonly bytes: number;
}

export interface PackLayers {
  readonly features: Readonly<Record<string, readonly Feature[]>>;
  readonly findings: readonly PlacedFinding[];
}

/** Who entered something; null: nobody was signed in. */
export interface Maker {
  readonly id: string | null;
  readonly name: string;
  readonly organisation: string;
}

/** A point of a line that was measured on site. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
  readonly accuracy_m: number | null;
  readonly taken_at: string;
}

export interface SurveyedLine {
  readonly route: string | null;
  readonly geometry: { readonly type: 'LineString'; readonly coordinates: readonly Point[] } | { readonly type: 'MultiLineString'; readonly coordinates: readonly (readonly Point[])[] };
  readonly crs: string;
  readonly points: readonly LinePoint[];
  readonly note: string;
}

export interface PictureFacts {
  readonly type: string;
  readonly bytes: number;
  readonly taken_at: string | null;
  readonly x: number | null;
  readonly y: number | null;
  readonly accuracy_m: number | null;
  /** Made smaller on the device because the server takes no more than 25 MB. */
  readonly smaller: boolean;
  /** A photo, or the drawing of a signature. */
  readonly what: 'photo' | 'signature';
}

export type Content =
  | { readonly kind: 'answer_item'; readonly data: { readonly answer: SiteAnswer } }
  | { readonly kind: 'sign_visit'; readonly data: { readonly who: { readonly name: string; readonly organisation: string; readonly key: string }; readonly picture: string } }
  | { readonly kind: 'picture'; readonly data: PictureFacts }
  | { readonly kind: 'surveyed'; readonly data: SurveyedLine };

/** `waiting`: not on the server as far as is known; `refused`: the server said why not; `sent`: it is on the server's disk. */
export type EntryState = 'waiting' | 'refused' | 'sent';

/** Something entered on site. Its id was made here, so that however often it is sent it is counted once. */
export type Entry = Content & {
  readonly id: string;
  readonly visit: string;
  /** In the order in which it was entered; also that of sending. */
  readonly order: number;
  readonly madeAt: string;
  readonly by: Maker;
  readonly state: EntryState;
  readonly refusal: Problem | null;
};
