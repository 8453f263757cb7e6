import { StatusError } from '../api/status-error.js';

/** Whether a write was refused because its namespace is on its way out: what was to be made would go with it. */
export const isNamespaceTerminating = (error: unknown): boolean =>
  StatusError.is(error, 'Forbidden') && error.details?.causes?.some(({ reason }) => reason === 'NamespaceTerminating') === true;
