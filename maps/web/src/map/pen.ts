/** The pointer as a pen: points while drawing, vertices and new vertices while editing, one click to pick a route. */

import type { Coordinate } from 'ol/coordinate';
import type MapBrowserEvent from 'ol/MapBrowserEvent';
import PointerInteraction from 'ol/interaction/Pointer';
import type { Mode } from '../editing/draft';
import * as change from '../editing/parts';
import type { Parts, VertexRef } from '../editing/parts';
import { distance, type Point } from '../geometry/points';
import type { Snap } from '../geometry/snapping';

/** What the pen needs of the page. `tolerance` is in metres of the grid. */
export interface PenHost {
  mode(): Mode;
  parts(): Parts;
  tolerance(touch: boolean): number;
  snap(cursor: Point, touch: boolean, dragged: VertexRef | null, straight: boolean): Snap;
  hover(snap: Snap | null): void;
  append(at: Point): void;
  finish(): void;
  select(ref: VertexRef | null): void;
  /** A vertex under way: shown, not yet a step. */
  drag(parts: Parts, snap: Snap): void;
  drop(): void;
  moved(ref: VertexRef, at: Point): void;
  inserted(ref: VertexRef, at: Point): void;
  pick(pixel: number[], touch: boolean): void;
}

interface Drag {
  readonly ref: VertexRef;
  readonly fresh: boolean;
  at: Point | null;
}

const isTouch = (event: MapBrowserEvent): boolean =>
  (event.originalEvent as Partial<PointerEvent>).pointerType === 'touch';

const pointOf = (coordinate: Coordinate): Point => [coordinate[0]!, coordinate[1]!];

export class Pen extends PointerInteraction {
  #host: PenHost;
  #drag: Drag | null = null;

  constructor(host: PenHost) {
    super();
    this.#host = host;
  }

  override handleEvent(event: MapBrowserEvent): boolean {
    if (event.type === 'click') return this.#click(event);
    if (event.type === 'dblclick') return this.#double(event);
    return super.handleEvent(event);
  }

  override handleMoveEvent(event: MapBrowserEvent): void {
    const touch = isTouch(event);
    const at = pointOf(event.coordinate);
    const mode = this.#host.mode();
    if (mode === 'draw' && !touch) this.#host.hover(this.#snap(event, null));
    const target = event.map.getTargetElement();
    const handle = mode === 'edit' && this.#grip(at, touch) !== null;
    if (target) target.style.cursor = mode === 'draw' ? 'crosshair' : handle ? 'move' : '';
  }

  override handleDownEvent(event: MapBrowserEvent): boolean {
    if (this.#host.mode() !== 'edit' || (event.originalEvent as PointerEvent).button > 0) return false;
    this.#drag = this.#grip(pointOf(event.coordinate), isTouch(event));
    return this.#drag !== null;
  }

  override handleDragEvent(event: MapBrowserEvent): void {
    const drag = this.#drag;
    if (!drag) return;
    const snap = this.#snap(event, drag.fresh ? null : drag.ref);
    drag.at = snap.at;
    const parts = this.#host.parts();
    this.#host.drag(drag.fresh ? change.insert(parts, drag.ref, snap.at) : change.move(parts, drag.ref, snap.at), snap);
  }

  override handleUpEvent(): boolean {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return false;
    this.#host.drop();
    if (drag.at && drag.fresh) this.#host.inserted(drag.ref, drag.at);
    else if (drag.at) this.#host.moved(drag.ref, drag.at);
    if (!drag.fresh || drag.at) this.#host.select(drag.ref);
    return false;
  }

  /** What lies under the pointer: a vertex, else the middle of a segment, from which a new vertex is pulled. */
  #grip(at: Point, touch: boolean): Drag | null {
    const parts = this.#host.parts();
    const reach = this.#host.tolerance(touch);
    const vertex = change.nearestVertex(parts, at, reach);
    if (vertex) return { ref: vertex, fresh: false, at: null };
    const middle = change.middles(parts).find((handle) => distance(handle.at, at) <= reach);
    return middle ? { ref: middle, fresh: true, at: null } : null;
  }

  #snap(event: MapBrowserEvent, dragged: VertexRef | null): Snap {
    const straight = (event.originalEvent as MouseEvent).shiftKey;
    return this.#host.snap(pointOf(event.coordinate), isTouch(event), dragged, straight);
  }

  #click(event: MapBrowserEvent): boolean {
    const mode = this.#host.mode();
    const at = pointOf(event.coordinate);
    if (mode === 'draw') {
      const snap = this.#snap(event, null);
      const tip = change.tip(this.#host.parts());
      const again = tip !== null && distance(tip, snap.at) <= this.#host.tolerance(true) / 2;
      // A finger has no double click worth the name: a tap on the last point ends the line.
      if (again && isTouch(event)) this.#host.finish();
      else this.#host.append(snap.at);
      // The cross of a touch screen measures again once the map is moved under it.
      if (isTouch(event)) this.#host.hover(null);
      return false;
    }
    if (mode === 'edit' && this.#grip(at, isTouch(event))) return false;
    if (mode === 'edit') this.#host.select(null);
    this.#host.pick(event.pixel, isTouch(event));
    return true;
  }

  #double(event: MapBrowserEvent): boolean {
    if (this.#host.mode() === 'draw') {
      this.#host.finish();
      return false;
    }
    return this.#host.mode() !== 'edit' || this.#grip(pointOf(event.coordinate), isTouch(event)) === null;
  }
}
