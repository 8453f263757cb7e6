import type { PodTemplate } from 'kubernetes-types/core/v1.js';
import { defineBuiltIn } from '../built-in.js';
import { Faults } from '../validation/faults.js';
import { containerImages, containerNames, labelsText } from './cells.js';
import { validatePodTemplate } from './pod-template.js';

/** A template of pods that others refer to. */
export const podTemplates = defineBuiltIn<PodTemplate>('v1/podtemplates', {
  cells: {
    Containers: ({ template }) => containerNames(template?.spec?.containers),
    Images: ({ template }) => containerImages(template?.spec?.containers),
    'Pod Labels': ({ template }) => labelsText(template?.metadata?.labels),
  },
  rules: {
    validate({ template }) {
      const faults = new Faults();
      validatePodTemplate(faults, 'template', template ?? {}, undefined);
      return faults.list;
    },
  },
});
