export { podDisruptionBudgets } from './pod-disruption-budgets.js';
