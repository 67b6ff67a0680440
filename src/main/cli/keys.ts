/** Single keys that a person presses, without waiting for the end of a line. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { emitKeypressEvents, type Key } from 'node:readline';

/** Starts to pass keys on by their names ("q", "up", "return"). @returns how to stop */
export type ListenToKeys = (onKey: (name: string) => void) => () => void;

/** Returns how to listen to keys; null: nobody can press any for this process. */
export function terminalKeys(stdin: NodeJS.ReadStream): ListenToKeys | null {
  if (!stdin.isTTY || !isInForeground()) return null;
  return (onKey) => {
    const onKeypress = (text: string | undefined, key: Key): void => {
      // In this mode, the terminal sends no signal for it.
      if (key.ctrl === true && key.name === 'c') process.kill(process.pid, 'SIGINT');
      else if (key.ctrl !== true && key.meta !== true) onKey(key.name ?? text ?? '');
      else if (key.name === 'escape') onKey('escape');
    };
    emitKeypressEvents(stdin);
    stdin.on('keypress', onKeypress);
    stdin.setRawMode(true);
    stdin.resume();
    return () => {
      stdin.off('keypress', onKeypress);
      stdin.setRawMode(false);
      stdin.pause();
    };
  };
}

/**
 * Whether this process has the terminal. The system stops a process in the background (`watch &`) as soon as it changes the mode of the
 * terminal.
 */
function isInForeground(): boolean {
  if (process.platform === 'win32') return true;
  const [group, terminalGroup] = process.platform === 'linux' ? groupsOnLinux() : groupsByPs();
  return group !== undefined && group === terminalGroup;
}

/** proc(5): behind the name in parentheses are state, ppid, pgrp, session, tty_nr and tpgid. */
function groupsOnLinux(): readonly (string | undefined)[] {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return [fields[2], fields[5]];
  } catch {
    return [];
  }
}

function groupsByPs(): readonly (string | undefined)[] {
  const { stdout } = spawnSync('ps', ['-o', 'pgid=,tpgid=', '-p', String(process.pid)], { encoding: 'utf8' });
  return typeof stdout === 'string' ? stdout.trim().split(/\s+/) : [];
}
