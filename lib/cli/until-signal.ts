/**
 * Runs `stop` on the first Ctrl-C (SIGINT) or SIGTERM, and resolves when it is done. A second signal ends the process at
 * once, exit code 130.
 */
export function untilSignal(stop: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    const onSignal = () => {
      if (stopping) process.exit(130);
      stopping = true;
      stop()
        .then(resolve, reject)
        .finally(() => signals.forEach((signal) => process.off(signal, onSignal)));
    };
    const signals = ['SIGINT', 'SIGTERM'] as const;
    signals.forEach((signal) => process.on(signal, onSignal));
  });
}
