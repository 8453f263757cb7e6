/** A process with a runtime in the directory that it is told, and one container. For the test that kills it. */
import { ProcessBed } from './process-bed.js';

const bed = new ProcessBed(process.argv[2]!);
await bed.runtime.start();
const id = await bed.run(process.argv[3]!);
process.stdout.write(`${id}\n`);
setInterval(() => undefined, 60_000);
