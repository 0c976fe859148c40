/** Keys that work anywhere except inside a field. */

import { current } from '../map/current';
import { hideVisits, leave, startDrawing, toggleCases, toggleFindings, togglePrint, toggleOpportunities, toggleVisits } from './commands';
import { cases } from './cases.svelte';
import { draft } from './draft.svelte';
import { findings } from './findings.svelte';
import { opportunities } from './opportunities.svelte';
import { steps } from './history.svelte';
import { prints } from './prints.svelte';
import { saving } from './saving.svelte';
import { settings } from './settings.svelte';
import { planning } from './visitPlan.svelte';
import { visits } from './visits.svelte';

const NUDGE_M = 0.1;
const NUDGES: Record<string, [number, number]> = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const inField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.closest('input, textarea, select, dialog[open]') !== null || target.isContentEditable);

function withControl(event: KeyboardEvent): boolean {
  const key = event.key.toLowerCase();
  if (key === 'z') void steps.move(event.shiftKey ? 'redo' : 'undo');
  else if (key === 'y') void steps.move('redo');
  else if (key === 's') void (draft.mode !== 'browse' && !draft.fixed && saving.save());
  else return false;
  return true;
}

/** The selected vertex walks with the arrow keys: 0.1 m a step, 1 m with Shift. */
function nudge(event: KeyboardEvent): boolean {
  const way = NUDGES[event.key];
  const ref = draft.selected;
  const at = ref && draft.parts[ref.part]?.[ref.index];
  if (!way || !ref || !at || draft.mode !== 'edit') return false;
  const step = NUDGE_M * (event.shiftKey ? 10 : 1);
  draft.move(ref, [at[0] + way[0] * step, at[1] + way[1] * step]);
  return true;
}

function back(): boolean {
  if (draft.mode === 'draw') draft.removeLast();
  else if (draft.selected) draft.remove(draft.selected);
  else return false;
  return true;
}

function escape(): void {
  if (draft.lockedAngle !== null || draft.lockedLength !== null) draft.unlock();
  else if (draft.mode === 'draw') draft.finish();
  else if (draft.selected) draft.selected = null;
  else if (draft.mode === 'edit') void leave();
  else if (settings.layersOpen) settings.layersOpen = false;
  else if (prints.open) prints.close();
  else if (cases.chosen) cases.close();
  else if (cases.open) cases.hide();
  else if (opportunities.chosen) opportunities.close();
  else if (opportunities.open) opportunities.hide();
  else if (visits.open) outOfVisits();
  else if (findings.open) findings.hide();
}

/** One step out of what is planned or looked at. */
function outOfVisits(): void {
  if (planning.picking) planning.picking = null;
  else if (planning.open) planning.leave();
  else if (visits.chosen) visits.close();
  else hideVisits();
}

const PLAIN: Record<string, () => boolean | void> = {
  Backspace: back,
  Delete: back,
  Escape: escape,
  d: () => void startDrawing(),
  o: () => void (settings.ortho = !settings.ortho),
  s: () => void (settings.snapping = !settings.snapping),
  f: toggleFindings,
  c: toggleCases,
  p: togglePrint,
  g: toggleOpportunities,
  v: toggleVisits,
  l: () => void (settings.layersOpen = !settings.layersOpen),
  '+': () => current.stage?.zoomBy(1),
  '=': () => current.stage?.zoomBy(1),
  '-': () => current.stage?.zoomBy(-1),
};

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.metaKey) {
    // In a field, Ctrl+Z belongs to its text; Ctrl+S never does.
    if ((event.key.toLowerCase() === 's' || !inField(event.target)) && withControl(event)) event.preventDefault();
    return;
  }
  if (inField(event.target) || event.altKey) return;
  const onButton = event.target instanceof HTMLElement && event.target.closest('button, a, summary, [role="tab"]') !== null;
  if (event.key === 'Enter' && draft.mode === 'draw' && !onButton) return draft.finish();
  const onMap = event.target instanceof HTMLElement && (event.target.closest('.map') !== null || event.target === document.body);
  if (onMap && nudge(event)) return event.preventDefault();
  const act = PLAIN[event.key] ?? PLAIN[event.key.toLowerCase()];
  if (act && act() !== false) event.preventDefault();
}
