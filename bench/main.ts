import { api } from './api.js';
import { controller } from './controller.js';
import { runBenches } from './harness.js';
import { plane } from './plane.js';
import { server } from './server.js';
import { scheduler } from './scheduler.js';
import { storage } from './storage.js';

const all = [plane, server, api, controller, scheduler, storage];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.some((bench) => bench.name === name));
if (unknown.length > 0) {
  console.error(`no bench ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
await runBenches(all.filter(({ name }) => wanted.length === 0 || wanted.includes(name)));
