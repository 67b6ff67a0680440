/** Entry of the page: a client of the event stream of the server that it came from. */
import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import './styles/fact-list.css';
import './styles/link-table.css';
import './styles/task-table.css';
import App from './App.svelte';
import { createSetupAccess } from './features/setup/setup-access.svelte.ts';
import { serverBase } from './state/bridge.ts';
import { createDashboard } from './state/dashboard.svelte.ts';

const target = document.getElementById('app');
if (target === null) throw new Error('index.html has no element "app"');

const base = await serverBase();
const dashboard = createDashboard(base);
// Closing the stream frees its place on the server at once; a page that comes back from the cache opens it again.
window.addEventListener('pagehide', dashboard.stop);
window.addEventListener('pageshow', dashboard.start);
dashboard.start();
mount(App, { target, props: { base, dashboard, setup: createSetupAccess(base) } });
