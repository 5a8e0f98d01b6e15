import { mount } from 'svelte';
import App from './App.svelte';
import { createApp } from './state/app.js';
import './styles/tokens.css';
import './styles/base.css';

const target = document.getElementById('app');
if (target !== null) {
  mount(App, { target, props: { app: createApp(window) } });
}
