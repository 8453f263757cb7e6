#!/usr/bin/env node
import { kubecfg } from './kubecfg-program.js';
import { run } from './run.js';

await run(kubecfg(), process.argv);
