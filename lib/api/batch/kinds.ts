export { cronJobs } from './cron-jobs.js';
export { jobs } from './jobs.js';
