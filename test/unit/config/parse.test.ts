import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../src/main/engine/config/parse.ts';

const messages = (text: string): readonly string[] => {
  const parsed = parseConfig(text, 'c.json');
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
};

describe('good files', () => {
  it.each([
    ['an empty group', '{}'],
    [
      'comments and trailing commas',
      '{ // a\n "interval": 2, /* b */ "vms": [ { "name": "a", "ssh": { "host": "h", }, }, ], }',
    ],
    ['a byte order mark', '\uFEFF{"interval": 7}'],
    ['Windows line ends', '{\r\n  "interval": 7\r\n}\r\n'],
    ['a schema for the editor', '{"$schema": "./config.schema.json"}'],
    [
      'a VM that only Azure knows',
      '{"vms":[{"name":"a","azure":{"subscriptionId":"11111111-2222-3333-4444-555555555555","resourceGroup":"g","vmName":"v"}}]}',
    ],
    [
      'IPv6 and an alias',
      '{"vms":[{"name":"a","ssh":{"host":"::1"}},{"name":"b","ssh":{"host":"my_alias"}}]}',
    ],
    [
      'a log in the container',
      '{"vms":[{"name":"a","ssh":{"host":"h"},"benchmark":{"log":"container:/client/x.log","results":"~/r"}}]}',
    ],
    ['TLS elsewhere', '{"server":{"external":{"host":"0.0.0.0","tls":"terminated-elsewhere"}}}'],
    [
      'both kinds of hooks',
      '{"hooks":[{"on":["error"],"command":["notify"]},{"on":["run_end"],"url":"https://h.example/x"}]}',
    ],
    [
      'hooks with everything',
      `{"hooks":[{"on":["error"],"url":"http://127.0.0.1:8080/x","format":"text","timeoutSeconds":3,
        "headers":{"Priority":"high","Authorization":{"env":"NTFY_TOKEN"}}},
        {"on":["error"],"vms":["waa-vm"],"url":"http://[::1]:1/"},{"on":["error"],"url":"http://localhost/"}]}`,
    ],
    ['quiet hours', '{"notifications":{"quietHours":{"from":"22:00","to":"07:00"}}}'],
  ])('%s', (_name, text) => {
    expect(messages(text)).toEqual([]);
  });

  it('fills in every default', () => {
    const parsed = parseConfig('{"vms":[{"name":"waa","ssh":{"host":"1.2.3.4"}}]}', 'c.json');
    expect(parsed).toEqual({
      ok: true,
      config: {
        server: { port: 8765, names: [], allowedOrigins: [], maxConnections: 1000, external: null },
        interval: 5,
        journal: { keepDays: 30, maxMegabytes: 200 },
        history: { logs: true, screenshots: 'all', maxMegabytes: 2000, copyKilobytesPerSecond: 1000 },
        dataDir: null,
        vms: [
          {
            name: 'waa',
            azure: null,
            ssh: {
              host: '1.2.3.4',
              port: 22,
              username: 'azureuser',
              privateKey: null,
              agent: true,
              hostKey: null,
            },
            container: null,
            benchmark: { log: null, results: null },
            probe: { port: 5000, addresses: [] },
            vnc: { port: 8006 },
            pricePerHour: null,
            successThreshold: 1,
            stalledAfterMinutes: 15,
            idleAfterMinutes: 30,
          },
        ],
        notifications: { taskComplete: 'all', errors: true, quietHours: null, batchSeconds: 10 },
        hooks: [],
      },
    });
  });
});

describe('bad files', () => {
  const vm = (rest: string) => `{"vms":[{"name":"a","ssh":{"host":"h"},${rest}}]}`;
  it.each<[text: string, expected: readonly string[]]>([
    ['', ['c.json:1:1: the file is empty, expected a configuration in { }.']],
    [' // nothing\n', ['c.json:2:1: not valid JSON: expected a value.']],
    ['{"a" 1}', ['c.json:1:6: not valid JSON: expected ":" after the key.']],
    ['{\n  "interval": 5\n  "vms": []\n}', ['c.json:3:3: not valid JSON: expected "," before this.']],
    ['{"vms": [', ['c.json:1:10: not valid JSON: expected "]".']],
    ["{'vms': []}", ['c.json:1:2: not valid JSON: found a word that JSON does not know, expected a value.']],
    [
      '{"dataDir": "C:\\data"}',
      [
        'c.json:1:13: not valid JSON: found an escape that JSON does not know (a backslash is written as two).',
      ],
    ],
    ['{} {}', ['c.json:1:4: not valid JSON: found more text after the end of the configuration.']],
    ['[]', ['c.json:1:1: found an empty list, expected a group of keys in { }.']],
    ['{"interval": 99}', ['c.json:1:14: interval: found 99, expected a number of seconds from 1 to 60.']],
    ['{"interval": null}', ['c.json:1:14: interval: found null, expected a number of seconds from 1 to 60.']],
    [
      '{"server":{"port":1.5}}',
      [
        'c.json:1:19: server.port: found 1.5, expected a port number from 1 to 65535 that browsers open, or 0 for any free one.',
      ],
    ],
    [
      '{"server":{"port":6000}}',
      [
        'c.json:1:19: server.port: found 6000, expected a port number from 1 to 65535 that browsers open, or 0 for any free one.',
      ],
    ],
    [
      '{"dataDir": "~ann/runs"}',
      [
        'c.json:1:13: dataDir: found "~ann/runs", expected a whole path, since "~" is the home folder of nobody else.',
      ],
    ],
    ['{"server":{"prot":1}}', ['c.json:1:12: server.prot: unknown key, the nearest known one is "port".']],
    [
      '{"server":{"external":{"host":"h","tls":"none"}}}',
      [
        'c.json:1:41: server.external.tls: found "none", expected { "cert": "….pem", "key": "….pem" }, or "terminated-elsewhere" behind a reverse proxy that speaks TLS.',
      ],
    ],
    [
      '{"server":{"external":{"host":"h"}}}',
      [
        'c.json:1:23: server.external.tls: missing, expected { "cert": "….pem", "key": "….pem" }, or "terminated-elsewhere" behind a reverse proxy that speaks TLS.',
      ],
    ],
    [
      '{"server":{"external":{"host":"h","tls":{"cert":"c"}}}}',
      ['c.json:1:41: server.external.tls.key: missing, expected a path to a PEM file.'],
    ],
    [
      '{"server":{"external":{"host":"h","tls":{"cert":"c","key":"k","kye":1}}}}',
      ['c.json:1:63: server.external.tls.kye: unknown key, the nearest known one is "key".'],
    ],
    [
      '{"server":{"allowedOrigins":["https://a/b"]}}',
      [
        'c.json:1:30: server.allowedOrigins[0]: found "https://a/b", expected an origin such as "https://grafana.example.org", without a path.',
      ],
    ],
    [
      '{"vms":[{"name":"a"}]}',
      [
        'c.json:1:9: vms[0]: found neither "ssh.host" nor "azure", expected one of them to say where the VM is.',
      ],
    ],
    [
      '{"vms":[{"name":"a","ssh":{"host":"h"}},{"name":"a","ssh":{"host":"i"}}]}',
      ['c.json:1:49: vms[1].name: found "a", expected a name that no other VM has.'],
    ],
    [
      '{"vms":[{"ssh":{"host":"h"}}]}',
      [
        'c.json:1:9: vms[0].name: missing, expected a name of up to 64 letters, digits, ".", "_" and "-" that begins with a letter or digit.',
      ],
    ],
    [
      '{"vms":[{"name":"a","ssh":{"host":"-oProxyCommand=x"}}]}',
      [
        'c.json:1:35: vms[0].ssh.host: found "-oProxyCommand=x", expected an address, or a Host of ~/.ssh/config, or null.',
      ],
    ],
    [vm('"ssh":{"host":"i"}'), ['c.json:1:40: vms[0].ssh: this key is given twice.']],
    [
      vm('"successThreshold":1.1'),
      ['c.json:1:59: vms[0].successThreshold: found 1.1, expected a number from 0 to 1.'],
    ],
    [
      vm('"benchmark":{"log":"run.log"}'),
      [
        'c.json:1:59: vms[0].benchmark.log: found "run.log", expected an absolute path on the VM, or "container:/path", or null.',
      ],
    ],
    [
      vm('"probe":{"addresses":["a; rm -rf /"]}'),
      ['c.json:1:62: vms[0].probe.addresses[0]: found "a; rm -rf /", expected an address.'],
    ],
    [
      '{"vms":[{"name":"a","ssh":{"host":"h","hostKey":"MD5:aa"}}]}',
      [
        'c.json:1:49: vms[0].ssh.hostKey: found "MD5:aa", expected a fingerprint as ssh-keygen -l prints it ("SHA256:" and 43 characters), or null.',
      ],
    ],
    [
      '{"notifications":{"taskComplete":"some"}}',
      ['c.json:1:34: notifications.taskComplete: found "some", expected "all", "failures" or "none".'],
    ],
    [
      '{"notifications":{"quietHours":{"from":"22:00","to":"24:00"}}}',
      ['c.json:1:53: notifications.quietHours.to: found "24:00", expected a time such as "22:00".'],
    ],
    [
      '{"hooks":[{"on":["error"]}]}',
      ['c.json:1:11: hooks[0]: found none or both of "command" and "url", expected exactly one of them.'],
    ],
    [
      '{"hooks":[{"on":["error"],"command":["x"],"format":"text"}]}',
      ['c.json:1:11: hooks[0]: found "format" or "headers", which only go with "url".'],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"http://ntfy.sh/topic"}]}',
      [
        'c.json:1:33: hooks[0].url: found "http://ntfy.sh/***", expected an https address: without TLS, only this machine can be told (localhost, 127.0.0.1, [::1]).',
      ],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"https://[pw1"}]}',
      ['c.json:1:33: hooks[0].url: found "***", expected an https address.'],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"http://localhost.evil.example/"}]}',
      [
        'c.json:1:33: hooks[0].url: found "http://localhost.evil.example/", expected an https address: without TLS, only this machine can be told (localhost, 127.0.0.1, [::1]).',
      ],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"https://me:pw1@h.example/"}]}',
      [
        'c.json:1:33: hooks[0].url: found "https://***@h.example/", expected an address without user name and password, which belong into "headers".',
      ],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"https://h/","headers":{"Host":"pw1"}}]}',
      ['c.json:1:64: hooks[0].headers.Host: found "***", expected names of headers with their values.'],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"https://h/","headers":{"X":"pw1\\nY: 1"}}]}',
      ['c.json:1:61: hooks[0].headers.X: found "***", expected a text of ASCII characters on one line.'],
    ],
    [
      '{"hooks":[{"on":["error"],"url":"https://h/","headers":{"X":{"envv":"A"}}}]}',
      [
        'c.json:1:61: hooks[0].headers.X.env: missing, expected the name of an environment variable.',
        'c.json:1:62: hooks[0].headers.X.envv: unknown key, the nearest known one is "env".',
      ],
    ],
    [
      '{"vms":[{"name":"a","ssh":{"host":"h"}}],"hooks":[{"on":["error"],"vms":["b"],"url":"https://h/"}]}',
      ['c.json:1:74: hooks[0].vms[0]: found "b", expected one of the configured VMs (a).'],
    ],
  ])('%j', (text, expected) => {
    expect(messages(text)).toEqual(expected);
  });

  it('tells all problems at once, in the order of the file', () => {
    const text =
      '{\n"intervall": 1,\n"server": {"port": -1},\n"vms": [{"name": "a b"}, 7],\n"hooks": [{"on": ["never"], "url": "https://h"}]\n}';
    const lines = messages(text).map((message) => message.split(':')[1]);
    expect(lines).toEqual(['2', '3', '4', '4', '4', '5']);
  });

  it('shows no secret in what was found', () => {
    const text = `{"hooks":[
      {"on":["error"],"url":"htps://user:pw1@hooks.slack.com/services/T0/B0/pw2?x=pw3"},
      {"on":["error"],"command":"curl -H 'Authorization: Bearer pw4'"}]}`;
    const all = messages(text).join('\n');
    expect(all).toContain('"htps://***@hooks.slack.com/***"');
    expect(all).toContain('Authorization: ***');
    expect(all).not.toMatch(/pw\d/);
  });
});
