/**
 * This room decides what is worth a notification: a pure function of what the stream said, what the user is looking at and
 * what time it is. It shows nothing itself: it answers with banners to show and to withdraw, and when it wants to be asked again.
 */
export { initialPolicyState, policyStep } from './policy.ts';
export { pauseFor, isPaused, type PauseLength } from './pause.ts';
export type {
  BannerTarget,
  FocusedView,
  NotificationSettings,
  NotifyAction,
  Pause,
  PolicyInput,
  PolicyState,
  PolicyStep,
  Urgency,
} from './model.ts';
