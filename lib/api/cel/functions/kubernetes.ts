import { functionTable } from '../environment.js';
import type { Overload } from '../overload.js';
import { addresses } from './addresses.js';
import { authorizers } from './authorizer.js';
import { conversions } from './conversions.js';
import { namedFormats } from './formats.js';
import { lists } from './lists.js';
import { mathematics } from './math.js';
import { operators } from './operators.js';
import { optionals } from './optionals.js';
import { quantities } from './quantities.js';
import { regularExpressions } from './regular-expressions.js';
import { versions } from './semver.js';
import { sets } from './sets.js';
import { stringExtensions } from './string-extensions.js';
import { texts } from './texts.js';
import { times } from './times.js';
import { urls } from './urls.js';

/** The standard definitions of the language, its extensions, and the libraries of Kubernetes. */
export const kubernetesFunctions: ReadonlyMap<string, readonly Overload[]> = functionTable([
  ...operators,
  ...conversions,
  ...texts,
  ...times,
  ...stringExtensions,
  ...optionals,
  ...lists,
  ...sets,
  ...mathematics,
  ...regularExpressions,
  ...urls,
  ...addresses,
  ...quantities,
  ...versions,
  ...namedFormats,
  ...authorizers,
]);
