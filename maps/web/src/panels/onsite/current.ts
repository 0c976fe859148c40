import type { SiteMap } from './siteMap';

/** The one map of the page on site, for the buttons outside it; null until it stands. */
export const current: { map: SiteMap | null } = { map: null };
