import { readingOf } from '../access/rights';
import type { County, LayerSymbol, Symbols, VectorTiles } from '../api/types';
import type { AngleSense } from '../geometry/typed';
import { hasTiles } from '../access/tiles';
import { session } from './session.svelte';

/** What the server says of the county, and what this user switched; the page shows nothing before `ready`. */
class Settings {
  county = $state.raw<County | null>(null);
  symbols = $state.raw<Symbols | null>(null);
  layers = $state.raw<readonly LayerSymbol[]>([]);
  /** How large layers come far out. */
  vectorTiles = $state.raw<VectorTiles | null>(null);
  visible = $state<Record<string, boolean>>({});
  ortho = $state(false);
  snapping = $state(true);
  sense = $state<AngleSense>('cad');
  layersOpen = $state(false);
  /** Whether the last pointer was a finger: shows the cross and its buttons. */
  touch = $state(matchMedia('(pointer: coarse)').matches);

  get ready(): boolean {
    return this.county !== null && this.symbols !== null;
  }

  get crs(): string {
    // A local grid may be a page of WKT: the server knows it as its own grid then.
    const code = this.county?.grid.code ?? '';
    return code.startsWith('EPSG:') ? code : 'grid';
  }

  open(county: County, symbols: Symbols, collections: readonly string[], vectorTiles: VectorTiles): void {
    const known = new Set(collections);
    this.layers = symbols.layers.filter((layer) => known.has(layer.key) && session.can(readingOf(layer.key)));
    // Findings are no stored layer: they are fetched once somebody asks for them.
    this.visible = { ...Object.fromEntries(this.layers.map((layer) => [layer.key, layer.visible])), findings: false, tiles: hasTiles(county) };
    this.symbols = symbols;
    this.vectorTiles = vectorTiles;
    this.county = county;
  }

  /** Somebody else has signed in: what the county shows to this one is asked anew. */
  forget(): void {
    this.county = null;
    this.layersOpen = false;
  }

  utilityColour(key: string | null | undefined): string {
    const known = key ? this.symbols?.utilities[key] : undefined;
    return known?.screen ?? this.symbols?.ink ?? '#1f2933';
  }
}

export const settings = new Settings();
