import type { County } from '../api/types';
import { gaussKruger } from '../geometry/kruger';
import type { Point } from '../geometry/points';
import { average, STALE_MS, type Averaged, type Fix } from '../onsite/gnss';

export type PositionTrouble = 'denied' | 'unavailable' | 'no_grid';

const TICK_MS = 1000;
/** Metres a second below which a receiver does not know which way it goes. */
const WALKING = 0.5;

/** Where the device is, in the county's grid; asked for once somebody wants to know. */
class Position {
  fix = $state.raw<Fix | null>(null);
  /** Degrees from north in which one walks; null: standing, or not known. */
  course = $state<number | null>(null);
  trouble = $state<PositionTrouble | null>(null);
  watching = $state(false);
  /** Seconds that are left of averaging; null: none under way. */
  left = $state<number | null>(null);
  now = $state(Date.now());
  /** Whether the last position is too old to be where one stands; one of the future is of a clock that was put back. */
  stale = $derived(this.fix === null || Math.abs(this.now - this.fix.time) > STALE_MS);
  #toGrid: ((lon: number, lat: number) => Point) | null = null;
  #watch: number | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  #gathered: Fix[] = [];
  #finish: ((averaged: Averaged | null) => void) | null = null;

  /** The grid in which positions are told; CGCS2000 and the satellites' WGS 84 differ by less than a receiver can tell. */
  use({ grid }: Pick<County, 'grid'>): void {
    const known = grid.gauss_kruger && grid.central_meridian !== null && grid.false_easting !== null;
    this.#toGrid = known ? gaussKruger(grid.ellipsoid.a, grid.ellipsoid.f, grid.central_meridian!, grid.false_easting!).forward : null;
    this.trouble = known ? null : 'no_grid';
  }

  toGrid([lon, lat]: Point): Point | null {
    return this.#toGrid?.(lon, lat) ?? null;
  }

  start(): void {
    if (this.watching || !this.#toGrid || !('geolocation' in navigator)) return;
    this.watching = true;
    this.#watch = navigator.geolocation.watchPosition((told) => this.#took(told), (error) => this.#failed(error), { enableHighAccuracy: true, maximumAge: 0, timeout: 30_000 });
    this.#clock = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    clearInterval(this.#clock);
    this.#watch = null;
    this.watching = false;
    this.fix = null;
    this.#end(null);
  }

  #took({ coords, timestamp }: GeolocationPosition): void {
    const at = this.#toGrid!(coords.longitude, coords.latitude);
    this.trouble = null;
    this.fix = { at, accuracyM: coords.accuracy, time: timestamp };
    this.course = (coords.speed ?? 0) > WALKING && coords.heading !== null && !Number.isNaN(coords.heading) ? coords.heading : null;
    this.now = Date.now();
    if (this.left !== null) this.#gathered.push(this.fix);
  }

  #failed(error: GeolocationPositionError): void {
    this.trouble = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable';
    if (this.trouble === 'denied') this.stop();
  }

  #tick(): void {
    this.now = Date.now();
    if (this.left === null) return;
    this.left -= 1;
    if (this.left <= 0) this.#end(average(this.#gathered));
  }

  #end(averaged: Averaged | null): void {
    this.left = null;
    this.#finish?.(averaged);
    this.#finish = null;
  }

  /** The mean of the positions of the next seconds; null where none came or somebody stopped it. */
  average(seconds: number): Promise<Averaged | null> {
    this.#end(null);
    this.start();
    // A receiver at rest tells nothing new: the position one stands at counts as the first.
    this.#gathered = this.fix && !this.stale ? [this.fix] : [];
    if (!this.watching) return Promise.resolve(null);
    this.left = seconds;
    return new Promise((resolve) => (this.#finish = resolve));
  }

  cancel(): void {
    this.#end(null);
  }
}

export const position = new Position();
