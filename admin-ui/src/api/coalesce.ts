const GAP_MS = 250;

/** Runs the first call at once, then at most one per gap. The last call always leads to a run. */
export function coalesce(run: () => void, gapMs = GAP_MS): { ask(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsked = false;
  const ask = (): void => {
    if (timer !== undefined) {
      isAsked = true;
      return;
    }
    run();
    timer = setTimeout(() => {
      timer = undefined;
      if (isAsked) {
        isAsked = false;
        ask();
      }
    }, gapMs);
  };
  return { ask, stop: () => clearTimeout(timer) };
}
