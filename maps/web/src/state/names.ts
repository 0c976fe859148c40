/** What people call the two sides of a finding. */

import type { Subject } from '../findings/order';
import type { Word } from '../i18n/dictionary';
import { language, t } from '../i18n/language.svelte';
import { current } from '../map/current';
import { routes } from './routes.svelte';
import { settings } from './settings.svelte';

export function utilityName(key: string | null | undefined): string {
  const known = key ? settings.symbols?.utilities[key] : undefined;
  return known ? language.pick(known.zh, known.en) : (key ?? '');
}

/** Utility and size of a pipe or a route: “给水 DN300”. */
export function pipeName(properties: { readonly utility?: unknown; readonly diameter_mm?: unknown }): string {
  const size = properties.diameter_mm;
  return [utilityName(properties.utility as string | null), typeof size === 'number' ? `DN${size}` : ''].filter(Boolean).join(' ');
}

/** A route is known by its list; of the rest, what the map has loaded tells more than the id. */
function propertiesOf({ layer, id }: Subject): Readonly<Record<string, unknown>> | undefined {
  const listed = layer === 'routes' ? routes.byId.get(id)?.properties : undefined;
  return listed ?? current.stage?.loader(layer)?.source.getFeatureById(id)?.getProperties();
}

/** `brief` leaves out what a route is called beside its number: a list of pairs has no room for it. */
export function subjectName(subject: Subject, brief = false): string {
  const properties = propertiesOf(subject);
  const layer = t(`subject_${subject.layer}` as Word);
  const name = typeof properties?.['name'] === 'string' ? properties['name'] : '';
  if (subject.layer === 'routes') return [properties ? utilityName(properties['utility'] as string) : layer, subject.id, !brief && name && `· ${name}`].filter(Boolean).join(' ');
  if (subject.layer === 'pipes') return [layer, !brief && properties ? pipeName(properties) : '', subject.id].filter(Boolean).join(' ');
  return [layer, name || subject.id].join(' ');
}

/** What is no document of the state is named in both languages: “县判断值 / county's judgement”. */
export function documentName(name: string): string {
  const [zh, en] = name.split(' / ');
  return language.pick(zh, en);
}
