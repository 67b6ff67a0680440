import password from '@inquirer/password';

/**
 * Asks on the terminal for the passphrase of a private key. Null where there is no terminal, or where nothing was typed.
 * The question goes to stderr: stdout belongs to what programs read.
 */
export async function askPassphrase(keyPath: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  try {
    const answer = await password(
      { message: `Passphrase for ${keyPath}:`, mask: '*' },
      { output: process.stderr },
    );
    return answer === '' ? null : answer;
  } catch (error) {
    // Ctrl-C at the prompt is caught by the prompt, and means the whole program.
    if (error instanceof Error && error.name === 'ExitPromptError') process.kill(process.pid, 'SIGINT');
    return null;
  }
}
