/** Counts questions that stay without an answer. One miss means nothing; three in a row mean that a part of the VM cannot be seen. */
import type { Question, Sight } from './sight.ts';

export interface UnansweredOptions {
  /** A connection that is gone is another trouble. */
  readonly host: { readonly closed: boolean };
  readonly sight: () => Sight;
  readonly learn: (news: Pick<Sight, 'unanswered'>) => void;
}

export interface Unanswered {
  /** @param answer null: none came in time */
  note(question: Question, answer: string | null): void;
  /** The question is not asked any more. */
  forget(question: Question): void;
}

const missesUntilTold = 3;

export function createUnanswered({ host, sight, learn }: UnansweredOptions): Unanswered {
  const misses = new Map<Question, number>();

  function set(question: Question, isMissing: boolean): void {
    const others = sight().unanswered.filter((other) => other !== question);
    if (isMissing === others.length < sight().unanswered.length) return;
    learn({ unanswered: isMissing ? [...others, question] : others });
  }

  function forget(question: Question): void {
    misses.delete(question);
    set(question, false);
  }

  return {
    note(question, answer) {
      if (answer !== null) {
        forget(question);
        return;
      }
      if (host.closed) return;
      const count = (misses.get(question) ?? 0) + 1;
      misses.set(question, count);
      if (count >= missesUntilTold) set(question, true);
    },
    forget,
  };
}
