/** An answer of the VM's shell ends with a line of its own that says how it went: `exit 0`, `http 200`. */
export function section(answer: string, word: 'exit' | 'http'): { body: string; end: string | null } {
  const match = new RegExp(`\\n${word} (\\d+)\\s*$`).exec(`\n${answer}`);
  if (match === null) return { body: answer, end: null };
  return { body: answer.slice(0, Math.max(0, match.index - 1)), end: match[1] ?? null };
}
