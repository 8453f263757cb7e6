export { runtimeClasses } from './runtime-classes.js';
