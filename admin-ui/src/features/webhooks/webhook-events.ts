/** The events that a webhook can receive, with their labels. */
export const WEBHOOK_EVENTS = [
  { name: 'advanced', label: 'a release advances' },
  { name: 'held', label: 'it holds' },
  { name: 'approval_required', label: 'it waits for an approval' },
  { name: 'paused', label: 'it pauses' },
  { name: 'rolled_back', label: 'it rolls back' },
  { name: 'completed', label: 'it completes' },
  { name: 'killed', label: 'a kill ends it' },
  { name: 'flag_killed', label: 'a flag is killed' },
  { name: 'flag_restored', label: 'a flag is restored' },
] as const;
