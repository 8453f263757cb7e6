/** What is wrong with a schedule such as `0 3 * * mon-fri`, `@daily` or `@every 90m`, in the words of the real server; undefined: nothing. */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule === '') return 'empty spec string';
  const text = schedule.replace(/^(?:CRON_)?TZ=\S*\s*/, '').trim();
  if (text.startsWith('@')) return descriptorProblem(text);
  const fields = text.split(/\s+/).filter(Boolean);
  if (fields.length !== FIELDS.length) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    const problem = fieldProblem(field, FIELDS[index]!);
    if (problem) return problem;
  }
  return undefined;
}

/** The values of one field. */
interface Field {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
const DURATION = /^[-+]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

function descriptorProblem(text: string): string | undefined {
  if (DESCRIPTORS.has(text)) return undefined;
  if (!text.startsWith('@every ')) return `unrecognized descriptor: ${text}`;
  const duration = text.slice('@every '.length);
  return DURATION.test(duration) ? undefined : `failed to parse duration ${text}: time: invalid duration ${JSON.stringify(duration)}`;
}

function fieldProblem(field: string, of: Field): string | undefined {
  for (const range of field.split(',').filter(Boolean)) {
    const problem = rangeProblem(range, of);
    if (problem) return problem;
  }
  return undefined;
}

function rangeProblem(range: string, of: Field): string | undefined {
  const [values = '', step, ...slashes] = range.split('/');
  const [low = '', high, ...hyphens] = values.split('-');
  const every = low === '*' || low === '?';
  if (!every && hyphens.length > 0) return `too many hyphens: ${range}`;
  const start = every ? of.min : valueOf(low, of);
  if (typeof start === 'string') return start;
  const last = every ? of.max : high === undefined ? start : valueOf(high, of);
  if (typeof last === 'string') return last;
  if (slashes.length > 0) return `too many slashes: ${range}`;
  const by = step === undefined ? 1 : numberOf(step);
  if (typeof by === 'string') return by;
  const end = step !== undefined && high === undefined ? of.max : last;
  if (start < of.min) return `beginning of range (${start}) below minimum (${of.min}): ${range}`;
  if (end > of.max) return `end of range (${end}) above maximum (${of.max}): ${range}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${range}`;
  return by === 0 ? `step of range should be a positive number: ${range}` : undefined;
}

function valueOf(text: string, { min, names }: Field): number | string {
  const named = names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? named + min : numberOf(text);
}

function numberOf(text: string): number | string {
  if (!/^[-+]?\d+$/.test(text)) return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  const number = Number(text);
  return number < 0 ? `negative number (${number}) not allowed: ${text}` : number;
}
