export { priorityClasses } from './priority-classes.js';
