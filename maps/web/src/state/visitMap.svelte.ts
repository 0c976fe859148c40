import type { VisitPlan } from '../api/types';
import { t } from '../i18n/language.svelte';
import type { VisitOnMap } from '../map/visitMarks';
import { standingOf, stopStanding } from '../visits/answers';
import { waysOf } from '../visits/figures';
import { INKS, STOPS } from '../visits/looks';
import { planning } from './visitPlan.svelte';
import { visits } from './visits.svelte';

const of = ({ stops, days }: VisitPlan, disputed: readonly string[]): Omit<VisitOnMap, 'ends'> => ({
  stops: stops.map((stop) => ({
    id: stop.id,
    number: stop.number,
    place: stop.place,
    colour: STOPS[stopStanding(stop, disputed)],
    items: stop.items.map((item) => ({ number: item.number, place: item.place, colour: INKS[standingOf(item, disputed)] })),
  })),
  ways: days.flatMap(waysOf),
});

/** What the map shows: of a visit that is planned what is proposed, else the one that is looked at. */
export function visitOnMap(): VisitOnMap {
  const { start = null, end = null } = (planning.open ? planning.wanted : visits.chosen) ?? {};
  const ends = [
    ...(start ? [{ text: t('visit_sign_start'), place: start }] : []),
    ...(end ? [{ text: t('visit_sign_end'), place: end }] : []),
  ];
  if (!planning.open) return { ...(visits.chosen ? of(visits.chosen, visits.chosen.disputed) : { stops: [], ways: [] }), ends };
  const plan = planning.shown?.plan;
  const waiting = planning.wanted.added.map(({ x, y }) => ({ text: '+', place: [x, y] as const }));
  return { ...(plan ? of(plan, []) : { stops: [], ways: [] }), ends: plan ? ends : [...ends, ...waiting] };
}
