/** How one probe went. `error`: it could not be carried out; that says nothing of the container. */
export interface ProbeResult {
  readonly outcome: 'success' | 'failure' | 'error';
  /** What users are told when it failed. */
  readonly output: string;
}

export const success = (output = ''): ProbeResult => ({ outcome: 'success', output });
export const failure = (output: string): ProbeResult => ({ outcome: 'failure', output });
export const probeError = (output: string): ProbeResult => ({ outcome: 'error', output });
