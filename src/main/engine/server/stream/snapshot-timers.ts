/** One timer for each distinct interval, however many clients share it. */

export interface SnapshotTimers<Member> {
  add(intervalSeconds: number, member: Member): void;
  remove(intervalSeconds: number, member: Member): void;
  stop(): void;
}

/**
 * @param onTick called every interval for each member
 * @param onDemand called when the smallest interval in use changes; null when there is none
 */
export function createSnapshotTimers<Member>(
  onTick: (member: Member) => void,
  onDemand: (smallestIntervalSeconds: number | null) => void,
): SnapshotTimers<Member> {
  const groups = new Map<number, { readonly timer: NodeJS.Timeout; readonly members: Set<Member> }>();
  let smallest: number | null = null;

  function tellDemand(): void {
    const now = groups.size === 0 ? null : Math.min(...groups.keys());
    if (now === smallest) return;
    smallest = now;
    onDemand(now);
  }

  return {
    add(intervalSeconds, member) {
      const group = groups.get(intervalSeconds);
      if (group !== undefined) {
        group.members.add(member);
        return;
      }
      const members = new Set([member]);
      const timer = setInterval(() => {
        members.forEach(onTick);
      }, intervalSeconds * 1000);
      groups.set(intervalSeconds, { timer, members });
      tellDemand();
    },
    remove(intervalSeconds, member) {
      const group = groups.get(intervalSeconds);
      if (group?.members.delete(member) !== true || group.members.size > 0) return;
      clearInterval(group.timer);
      groups.delete(intervalSeconds);
      tellDemand();
    },
    stop() {
      for (const { timer } of groups.values()) clearInterval(timer);
      groups.clear();
      tellDemand();
    },
  };
}
