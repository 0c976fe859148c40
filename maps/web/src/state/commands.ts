/** What buttons and keys do, said once. */

import type { PlacedFinding, ReadyMade } from '../api/types';
import { current } from '../map/current';
import { cases } from './cases.svelte';
import { draft } from './draft.svelte';
import { findings } from './findings.svelte';
import { forms } from './forms.svelte';
import { steps } from './history.svelte';
import { opportunities } from './opportunities.svelte';
import { prints } from './prints.svelte';
import { programmes } from './programmes.svelte';
import { prompts } from './prompts.svelte';
import { review } from './review.svelte';
import { routes } from './routes.svelte';
import { saving } from './saving.svelte';
import { sections } from './sections.svelte';
import { session } from './session.svelte';
import { settings } from './settings.svelte';
import { standings } from './standings.svelte';
import { planning } from './visitPlan.svelte';
import { visitLayers } from './visitLayers.svelte';
import { visits } from './visits.svelte';
import { mapWindow } from './window.svelte';

/** Leave the draft: at once when it is clean, else after asking. False when the user stays. */
export async function leave(): Promise<boolean> {
  if (!draft.dirty) {
    draft.close();
    return true;
  }
  const answer = await prompts.ask('unsaved');
  if (answer === 'save') {
    if (!(await saving.save())) return false;
    draft.close();
    return true;
  }
  if (answer !== 'discard') return false;
  const abandoned = draft.shape;
  draft.close();
  steps.push({ label: 'act_discard', undo: () => draft.put(abandoned), redo: () => draft.close() });
  return true;
}

export async function startDrawing(): Promise<void> {
  const { utility, operator } = draft.shape.properties;
  if (draft.mode === 'draw' || !session.mayDraw() || !(await leave())) return;
  draft.begin(utility || settings.county?.utilities[0]?.key || 'water', operator ?? null);
}

export async function openRoute(id: string): Promise<boolean> {
  if (draft.id === id) return true;
  return (await leave()) && (await saving.open(id));
}

export async function removeRoute(): Promise<void> {
  if ((await prompts.ask('delete')) === 'delete') await saving.remove();
}

/** Open a route that a finding is about, in the editor, with that finding before the eyes. */
export async function openFrom(finding: PlacedFinding, id: string): Promise<void> {
  if (!(await openRoute(id))) return;
  findings.chosen = finding.id;
  findings.light(finding);
  current.stage?.showPlace(finding.geometry);
}

export function toggleCases(): void {
  if (!settings.county?.policy || !session.can('cases.read')) return;
  if (cases.open) cases.hide();
  else cases.show();
}

export function togglePrint(): void {
  if (!session.can('layers.read')) return;
  if (prints.open) prints.close();
  else void prints.begin();
}

/** Put the cases away; true where `panel` lay open below them, and is now what one comes back to. */
function uncovers(panel: { readonly open: boolean }): boolean {
  const covered = cases.open && panel.open;
  if (cases.open) cases.hide();
  return covered;
}

export function toggleFindings(): void {
  if (!session.can('findings.read') || uncovers(findings)) return;
  if (opportunities.open) opportunities.hide();
  if (visits.open) hideVisits();
  if (findings.open) findings.hide();
  else findings.show();
}

export function toggleOpportunities(): void {
  if (!session.can('opportunities.read') || uncovers(opportunities)) return;
  if (findings.open) findings.hide();
  if (visits.open) hideVisits();
  if (opportunities.open) opportunities.hide();
  else opportunities.show();
}

export function toggleVisits(): void {
  if (!session.can('visits.read') || uncovers(visits)) return;
  if (findings.open) findings.hide();
  if (opportunities.open) opportunities.hide();
  if (visits.open) hideVisits();
  else visits.show();
}

/** From a case to the chance whose joint project it is. */
export async function openChance(id: string): Promise<void> {
  cases.hide();
  if (!opportunities.open) toggleOpportunities();
  await opportunities.look(id);
}

/** From a case to a visit that sees it. */
export async function openVisit(id: string): Promise<void> {
  cases.hide();
  planning.leave();
  if (!visits.open) toggleVisits();
  await visits.look(id);
}

export function hideVisits(): void {
  planning.leave();
  visits.hide();
}

/** Empty the page of what was told to the one before; what is on no server yet waits for who drew or typed it. */
export function forget(): void {
  draft.handOver(session.person?.id ?? '');
  prompts.answer('stay');
  saving.forget();
  steps.forget();
  sections.close();
  findings.forget();
  prints.forget();
  standings.forget();
  forms.forget();
  review.close();
  cases.forget();
  opportunities.forget();
  programmes.forget();
  planning.forget();
  visits.forget();
  visitLayers.close();
  routes.forget();
  settings.forget();
  mapWindow.pipe = null;
}

/** Sign out, or in as somebody else, after what is not saved was asked for. */
export async function signOut(): Promise<void> {
  if (await leave()) await session.signOut();
}

export async function enterAs({ name, password }: ReadyMade): Promise<unknown> {
  return (await leave()) ? session.signIn(name, password) : null;
}
