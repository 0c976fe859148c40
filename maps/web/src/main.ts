import 'ol/ol.css';
import './app.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { language } from './i18n/language.svelte';

language.set(language.now);
mount(App, { target: document.getElementById('app')! });
