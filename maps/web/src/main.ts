import 'ol/ol.css';
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { language } from './i18n/language.svelte';

/** `#/visit/V-…`: the page on site, which the office never loads; `#/visit`: the visits on this device. */
const ON_SITE = /^#\/visit(?:\/([^/?]+))?\/?$/;
const asked = (): RegExpExecArray | null => ON_SITE.exec(location.hash);

async function open(): Promise<void> {
  const target = document.getElementById('app')!;
  const onSite = asked();
  if (!onSite) {
    mount(App, { target });
    return;
  }
  const { default: OnSite } = await import('./panels/onsite/OnSite.svelte');
  mount(OnSite, { target, props: { visit: onSite[1] ? decodeURIComponent(onSite[1]) : null } });
}

language.set(language.now);
const opened = asked()?.[0];
window.addEventListener('hashchange', () => {
  // Office and site are pages of their own, and so is each visit.
  if (asked()?.[0] !== opened) location.reload();
});
open().catch(() => {
  document.getElementById('app')!.textContent = '网页没有载完，请检查网络后刷新。The page did not load completely: check the network and reload.';
});
