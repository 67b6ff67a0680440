/** Windows has OpenSSH's agent behind a pipe of this name; elsewhere the environment says. Null: there is none. */
export function agentSocket(): string | null {
  return (
    process.env['SSH_AUTH_SOCK'] ?? (process.platform === 'win32' ? '\\\\.\\pipe\\openssh-ssh-agent' : null)
  );
}
