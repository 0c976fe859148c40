/** Joins the pen to the draft: every gesture becomes a step of the draft. */

import { heading, tip } from '../editing/parts';
import type { VertexRef } from '../editing/parts';
import { snap, type Snap } from '../geometry/snapping';
import { samePlace, type Line, type Point } from '../geometry/points';
import { draft } from '../state/draft.svelte';
import { settings } from '../state/settings.svelte';
import { addLine } from './targets';
import type { PenHost } from './pen';
import type { Stage } from './stage';

/** Pixels around the pointer. */
const REACH = 10;
const REACH_TOUCH = 22;
/** Lines whose prolongation or perpendicular is offered lie within so many reaches. */
const WIDE = 15;

export const reachOf = (stage: Stage, touch: boolean): number =>
  (stage.map.getView().getResolution() ?? 1) * (touch ? REACH_TOUCH : REACH);

/** The point the drawn line goes on from, and its direction; for a dragged vertex, its neighbour before it. */
function origin(dragged: VertexRef | null): { from: Point | null; heading: number | null } {
  if (!dragged) return { from: draft.mode === 'draw' ? tip(draft.parts) : null, heading: heading(draft.parts) };
  const line: Line = draft.parts[dragged.part] ?? [];
  const from = line[dragged.index - 1] ?? line[dragged.index + 1] ?? null;
  return { from, heading: null };
}

/** Snap `cursor` to the layers on the screen and to the draft itself. */
export function snapAt(stage: Stage, cursor: Point, touch: boolean, dragged: VertexRef | null, straight: boolean): Snap {
  const tolerance = reachOf(stage, touch);
  const wide = tolerance * WIDE;
  const targets = stage.targets(cursor, wide, draft.id);
  const box = [cursor[0] - wide, cursor[1] - wide, cursor[0] + wide, cursor[1] + wide];
  const own = draft.parts.map((line, part) => {
    const still = dragged?.part === part ? line.filter((_, i) => i !== dragged.index) : line;
    // The end of a line being drawn is where the rubber band starts: snapping back to it would only lose points.
    return draft.mode === 'draw' && part === draft.parts.length - 1 ? still.slice(0, -1) : still;
  });
  for (const line of own) addLine(targets.segments, line, true, box);
  const { from, heading: towards } = origin(dragged);
  return snap(cursor, {
    segments: targets.segments,
    points: targets.points,
    tolerance,
    from,
    heading: towards,
    ortho: settings.ortho || straight,
    lockedAngle: dragged ? null : draft.lockedAngle,
    lockedLength: dragged ? null : draft.lockedLength,
    enabled: settings.snapping,
  });
}

export function penHost(stage: () => Stage, pick: (pixel: number[], touch: boolean) => void): PenHost {
  const changed = (ref: VertexRef, at: Point): boolean => {
    const old = draft.parts[ref.part]?.[ref.index];
    return !old || !samePlace(old, at);
  };
  return {
    mode: () => (draft.fixed ? 'browse' : draft.mode),
    parts: () => draft.parts,
    tolerance: (touch) => reachOf(stage(), touch),
    snap: (cursor, touch, dragged, straight) => {
      settings.touch = touch;
      return snapAt(stage(), cursor, touch, dragged, straight);
    },
    hover: (where) => (draft.hover = where),
    append: (at) => draft.append(at),
    finish: () => draft.finish(),
    select: (ref) => (draft.selected = ref),
    drag: (parts, where) => {
      draft.preview = parts;
      draft.hover = where;
    },
    drop: () => {
      draft.preview = null;
      draft.hover = null;
    },
    moved: (ref, at) => {
      if (changed(ref, at)) draft.move(ref, at);
    },
    inserted: (ref, at) => draft.insert(ref, at),
    pick,
  };
}
