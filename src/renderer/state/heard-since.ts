/** Remembers of which conditions the stream has told, and when: an answer to a question asked before that is out of date. */
export interface HeardSince {
  note(vm: string, code: string): void;
  /** To be called when a question is asked. @returns whether a condition was told of since then */
  begin(): (vm: string, code: string) => boolean;
}

export function createHeardSince(): HeardSince {
  const heard = new Map<string, number>();
  let count = 0;
  const key = (vm: string, code: string): string => JSON.stringify([vm, code]);
  return {
    note(vm, code) {
      count += 1;
      heard.set(key(vm, code), count);
    },
    begin() {
      const askedAt = count;
      return (vm, code) => (heard.get(key(vm, code)) ?? 0) > askedAt;
    },
  };
}
