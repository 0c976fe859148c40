import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const LEAFLET = ['leaflet.js', 'leaflet.css'];

/**
 * Puts Leaflet beside the built client under `offline/`, from where `maps/offline_page.py` copies it into the one-file
 * survey map. The client itself never loads it.
 */
export function offlineAssets(): Plugin {
  const find = createRequire(import.meta.url);
  return {
    name: 'offline-assets',
    generateBundle() {
      for (const name of LEAFLET) {
        const source = readFileSync(find.resolve(`leaflet/dist/${name}`), 'utf8');
        this.emitFile({ type: 'asset', fileName: `offline/${name}`, source });
      }
    },
  };
}
