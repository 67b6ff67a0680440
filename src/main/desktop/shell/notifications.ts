import {
  initialPolicyState,
  policyStep,
  type NotificationSettings,
  type NotifyAction,
  type PolicyInput,
} from '../notify/index.ts';

export interface Notifications {
  input(input: PolicyInput): void;
  close(): void;
}

export interface NotificationsOptions {
  /** As they are now. */
  readonly settings: () => NotificationSettings;
  readonly perform: (action: NotifyAction) => void;
}

/** The longest time that a timer can be set to (developer.mozilla.org/docs/Web/API/Window/setTimeout). */
const longestTimerMs = 2 ** 31 - 1;

/** Keeps the state of the policy, does what it says, and wakes it when it wants to be. */
export function startNotifications({ settings, perform }: NotificationsOptions): Notifications {
  let state = initialPolicyState;
  let timer: NodeJS.Timeout | undefined;

  function input(next: PolicyInput): void {
    const nowMs = Date.now();
    const step = policyStep(state, next, settings(), nowMs);
    state = step.state;
    clearTimeout(timer);
    if (step.wakeAtMs !== null) {
      const inMs = Math.min(Math.max(step.wakeAtMs - nowMs, 0), longestTimerMs);
      timer = setTimeout(() => input({ kind: 'tick' }), inMs);
    }
    // Last: showing a banner may fail at once, which is another input.
    step.actions.forEach(perform);
  }

  return {
    input,
    close() {
      clearTimeout(timer);
    },
  };
}
