import './styles/tokens.css';
import './styles/base.css';
import './lib/frame/clicks';

import { mount } from 'svelte';

import App from './App.svelte';
import { i18n } from './lib/i18n/index.svelte';
import { session } from './lib/state/session.svelte';

const target = document.getElementById('app');
const started = session.start();
// Nothing is drawn before its words are there.
await i18n.load();
await started;
if (target) mount(App, { target });
