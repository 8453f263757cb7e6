import pc from 'picocolors';

/** Colours for standard output, where a terminal shows it and NO_COLOR is not set; plain text elsewhere, whatever else the environment says. */
export const colors = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);
