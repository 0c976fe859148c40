import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const WORKER = fileURLToPath(new URL('src/worker/sw.ts', import.meta.url));
const PUBLIC = fileURLToPath(new URL('public', import.meta.url));
const OUTPUT = 'sw.js';
/** Leaflet is for the one-file survey map; the page never loads it. */
const OTHERS = 'offline/';

/** Builds the service worker as `sw.js` beside the page, with the addresses of all files that the page may load. */
export function precache(): Plugin {
  return {
    name: 'precache',
    apply: 'build',
    enforce: 'post',
    buildStart() {
      this.emitFile({ type: 'chunk', id: WORKER, fileName: OUTPUT });
    },
    generateBundle(_, bundle) {
      const worker = bundle[OUTPUT];
      if (worker?.type !== 'chunk') throw new Error(`${OUTPUT} was not built`);
      const open = readdirSync(PUBLIC).sort();
      const built = Object.keys(bundle).filter((name) => name !== OUTPUT && !name.startsWith(OTHERS) && name !== 'index.html').sort();
      const digest = createHash('sha256');
      // Names below assets/ have the hash of what is in them; the page and the public files have not.
      for (const name of built) digest.update(name);
      for (const name of open) digest.update(readFileSync(`${PUBLIC}/${name}`));
      const page = bundle['index.html'];
      if (page?.type === 'asset') digest.update(page.source);
      const files = ['/', ...built.map((name) => `/${name}`), ...open.map((name) => `/${name}`)];
      worker.code = worker.code
        .replaceAll('__BUILD__', JSON.stringify(digest.digest('hex').slice(0, 12)))
        .replaceAll('__FILES__', JSON.stringify(files));
    },
  };
}
