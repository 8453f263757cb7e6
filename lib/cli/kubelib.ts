#!/usr/bin/env node
import { program } from './program.js';
import { run } from './run.js';

await run(program(), process.argv);
