export { horizontalPodAutoscalers } from './horizontal-pod-autoscalers.js';
