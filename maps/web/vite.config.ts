import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { offlineAssets } from './offline-assets.ts';
import { precache } from './precache.ts';

// The page is served by the project's own API at "/"; while developing, Vite serves it and hands /api on.
export default defineConfig({
  plugins: [svelte(), offlineAssets(), precache()],
  build: {
    target: ['chrome100', 'safari15.4'],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': `http://127.0.0.1:${process.env.COTRENCH_PORT ?? 8000}` } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
