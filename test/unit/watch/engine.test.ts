/** Which container engine a VM has, and how it is called there. */
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/main/engine/watch/looks/engine.ts';

const denied = 'permission denied while trying to connect to the Docker daemon socket\n\nexit 1\n';
const missing = 'sh: 1: not found\n\nexit 127\n';
const wantsPassword = 'sudo: a password is required\n\nexit 1\n';
const notAllowed = "Sorry, user u is not allowed to execute '/usr/bin/podman ps' as root on vm.\n\nexit 1\n";
const none = '\nexit 0\n';
const one = '0123|winarena|windowsarena/winarena:latest|Up 2 minutes\n\nexit 0\n';
const other = '4567|web|nginx|Up 2 minutes\n\nexit 0\n';

/**
 * @param answers by how the engine is called; what is left out is missing
 * @param hidden ways to call Docker that PATH and the environment do not tell
 */
function engineWith(answers: Readonly<Record<string, string | null>>, hidden = '') {
  const asked: string[] = [];
  const host = {
    ask(_limit: number, [request, ...words]: readonly string[]) {
      if (request === 'hidden_dockers') return Promise.resolve(hidden);
      const command = words.slice(0, words.indexOf('ps')).join(' ');
      asked.push(command);
      const answer = answers[command];
      return Promise.resolve(answer === undefined ? missing : answer);
    },
  };
  return { engine: createEngine(host, null), asked };
}

describe('the engine', () => {
  it.each<[what: string, answers: Record<string, string | null>, called: string, kind: string]>([
    ['Docker', { docker: one }, 'docker', 'ok'],
    ['Docker by sudo', { docker: denied, 'sudo -n docker': none }, 'sudo -n docker', 'ok'],
    ['podman that is called docker', { docker: one, podman: one }, 'docker', 'ok'],
    ['podman', { podman: one }, 'podman', 'ok'],
    [
      "root's podman, where the user has none",
      { podman: none, 'sudo -n podman': one },
      'sudo -n podman',
      'ok',
    ],
    [
      "root's podman beside Docker",
      { docker: other, podman: none, 'sudo -n podman': one },
      'sudo -n podman',
      'ok',
    ],
    ['podman without containers', { podman: none, 'sudo -n podman': wantsPassword }, 'podman', 'ok'],
    ['Docker without the benchmark', { docker: other, podman: none }, 'docker', 'ok'],
    [
      "root's podman, beside one that cannot run for the user",
      {
        podman: 'Error: exec: "newuidmap": executable file not found in $PATH\n\nexit 125\n',
        'sudo -n podman': one,
      },
      'sudo -n podman',
      'ok',
    ],
    ['nerdctl by sudo', { nerdctl: denied, 'sudo -n nerdctl': one }, 'sudo -n nerdctl', 'ok'],
    ['none', {}, 'docker', 'missing'],
    ['Docker that is denied', { docker: denied, 'sudo -n docker': wantsPassword }, 'docker', 'denied'],
    ['Docker that is denied, beside an empty podman', { docker: denied, podman: none }, 'docker', 'denied'],
    ['podman beside Docker that is denied', { docker: denied, podman: one }, 'podman', 'ok'],
    ['Docker that has failed', { docker: 'Cannot connect\n\nexit 1\n', podman: one }, 'docker', 'failed'],
  ])('is %s', async (_what, answers, called, kind) => {
    const { engine } = engineWith(answers);
    expect((await engine.list())?.kind).toBe(kind);
    expect(engine.docker).toBe(called);
  });

  const down = 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n\nexit 1\n';
  const own = 'docker -H unix:///run/user/1000/docker.sock';
  const byPath = '/home/u/bin/docker';

  it.each<[what: string, answers: Record<string, string | null>, called: string, kind: string]>([
    ["the user's own Docker, beside a daemon that is down", { docker: down, [own]: one }, own, 'ok'],
    ["the user's own Docker, beside one that is denied", { docker: denied, [own]: one }, own, 'ok'],
    ["the user's own Docker, beside root's", { docker: other, [own]: one }, own, 'ok'],
    ['a Docker outside of PATH', { [byPath]: one }, byPath, 'ok'],
    ['a Docker outside of PATH without containers', { [byPath]: none }, byPath, 'ok'],
    [
      "root's Docker by sudo, beside the user's own",
      { docker: denied, [own]: none, 'sudo -n docker': one },
      'sudo -n docker',
      'ok',
    ],
    ['podman beside a daemon that is down', { docker: down, podman: one }, 'podman', 'ok'],
    ['Docker that is down, beside an empty podman', { docker: down, podman: none }, 'docker', 'failed'],
    [
      "Docker that is denied, beside the user's own without containers",
      { docker: denied, [own]: none },
      'docker',
      'denied',
    ],
    [
      "Docker that is down, beside the user's own without containers",
      { docker: down, [own]: none },
      'docker',
      'failed',
    ],
  ])('is %s', async (_what, answers, called, kind) => {
    const { engine } = engineWith(answers, `${own}\n${byPath}\nsh: 1: odd\n`);
    expect((await engine.list())?.kind).toBe(kind);
    expect(engine.docker).toBe(called);
  });

  it("is root's by sudo once the benchmark is there, and not the user's own any more", async () => {
    const answers: Record<string, string> = { docker: denied, [own]: none, 'sudo -n docker': none };
    const { engine } = engineWith(answers, `${own}\n`);
    await engine.list();
    answers['sudo -n docker'] = one;
    await engine.list();
    expect(engine.docker).toBe('sudo -n docker');
  });

  it('that is down is asked with every third failure only whether another one has the benchmark', async () => {
    const { engine, asked } = engineWith({ docker: down });
    for (let count = 0; count < 6; count += 1) await engine.list();
    expect(asked.filter((command) => command === 'podman')).toHaveLength(2);
  });

  it('is asked once where it shows the benchmark, and not by sudo where it is not installed', async () => {
    const docker = engineWith({ docker: one, podman: one });
    await docker.engine.list();
    await docker.engine.list();
    expect(docker.asked).toEqual(['docker', 'docker']);
    const bare = engineWith({ docker: other });
    await bare.engine.list();
    expect(bare.asked).toEqual(['docker', 'podman']);
  });

  it('is asked by sudo once where sudo refuses', async () => {
    const { engine, asked } = engineWith({ podman: none, 'sudo -n podman': wantsPassword });
    await engine.list();
    await engine.list();
    expect(asked.filter((command) => command === 'sudo -n podman')).toHaveLength(1);
    const broken = engineWith({ podman: 'Error: lstat\n\nexit 125\n', 'sudo -n podman': notAllowed });
    await broken.engine.list();
    await broken.engine.list();
    expect(broken.asked.filter((command) => command === 'sudo -n podman')).toHaveLength(1);
  });

  it('is not known where the VM does not answer', async () => {
    const { engine } = engineWith({ docker: null });
    expect(await engine.list()).toBeNull();
  });
});
