import type { Stage } from './stage';

/** The one stage of the page, for the buttons outside it; null until the map stands. */
export const current: { stage: Stage | null } = { stage: null };
