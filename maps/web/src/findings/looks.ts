/** How findings look, on the map and in lists: told apart by lightness as well as by hue. */

import type { Severity } from '../api/types';
import type { IconName } from '../parts/Icon.svelte';

export interface Look {
  readonly fill: string;
  readonly ink: string;
  readonly edge: string;
}

export const LOOKS: Readonly<Record<Severity, Look>> = {
  grave: { fill: '#b42318', ink: '#ffffff', edge: '#ffffff' },
  serious: { fill: '#f5b83d', ink: '#3b2900', edge: '#7a5200' },
  notice: { fill: '#e6ebf0', ink: '#2c3a47', edge: '#5c6770' },
};

export const SETTLED: Look = { fill: '#ffffff', ink: '#566270', edge: '#8d8777' };

const KIND_ICONS: Readonly<Record<string, IconName>> = {
  horizontal_clearance: 'across',
  vertical_clearance: 'updown',
  crossing_order: 'swap',
  stacking: 'layers',
  cover: 'depth',
  skew: 'skew',
  along: 'lanes',
  protected_road: 'lock',
  space_time: 'clock',
  reopened: 'repeat',
  bridge: 'bridge',
  scope: 'empty',
  building: 'house',
  tree: 'tree',
  curb: 'curb',
};

export const kindIcon = (kind: string): IconName => KIND_ICONS[kind] ?? 'question';
