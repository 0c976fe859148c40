import type { PlacedFinding } from '../api/types';
import { routesIn } from '../findings/order';

/** The cross-section that is being looked at. */
class Sections {
  /** Ids of the routes of the section; null while none is open. */
  routes = $state.raw<readonly string[] | null>(null);

  /** Two planned routes may share a trench; a pipe that lies there already is not laid again. */
  offered(finding: PlacedFinding): boolean {
    return new Set(routesIn(finding)).size > 1;
  }

  ofFinding(finding: PlacedFinding): void {
    this.routes = routesIn(finding);
  }
}

export const sections = new Sections();
