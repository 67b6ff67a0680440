/** The part of the schema that is about hooks: who is told of events. */
import { z } from 'zod';
import { decimal, group, isPresent, list, nonEmpty, text } from './schema-leaves.ts';

/** What a hook can be called for. `run_end` is no event of the stream: it says that a run is over, however it ended. */
const hookEvents = ['error', 'recovered', 'task_complete', 'run_end'] as const;
export type HookEvent = (typeof hookEvents)[number];

const hookFormats = ['json', 'text', 'slack', 'teams'] as const;

const words = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/** Hosts that are this machine whatever a name server says. `URL` writes every form of an IPv4 address as four numbers. */
const thisMachine = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

const hookUrl = z
  .string('an https address')
  .regex(/^https?:\/\/[^\s/]\S*$/, { error: 'an https address', abort: true })
  .refine((url) => URL.canParse(url), 'an https address')
  .refine((url) => URL.parse(url)?.username === '' && URL.parse(url)?.password === '', {
    when: isAddress,
    error: 'an address without user name and password, which belong into "headers"',
  })
  .refine((url) => !url.startsWith('http:') || thisMachine.test(URL.parse(url)?.hostname ?? ''), {
    when: isAddress,
    error: 'an https address: without TLS, only this machine can be told (localhost, 127.0.0.1, [::1])',
  });

/** RFC 9110, section 5.1; without those that say how the message itself is sent. */
const headerName = text(
  /^(?!(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer)$)[A-Za-z0-9!#$%&'*+.^_`|~-]+$/i,
  'the name of a header',
);

const headerValue = z.union(
  [
    text(/^[\t\x20-\x7e]*$/, 'a text of ASCII characters on one line'),
    group({
      env: text(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable').describe(
        'Environment variable that holds the value.',
      ),
    }),
  ],
  'a text, or { "env": "NAME" } for the value of an environment variable',
);

const hookSchema = group({
  on: list(z.enum(hookEvents, words(hookEvents)), 'a list of event names')
    .min(1, 'at least one event name')
    .describe('Events for which the hook is called.'),
  vms: list(nonEmpty('the name of a VM'), 'a list of names of VMs')
    .min(1, 'at least one name of a VM')
    .describe('Only events of these VMs; left out: of all.')
    .optional(),
  command: list(nonEmpty('a word of the command'), 'a list: the program, then its arguments')
    .min(1, 'a list: the program, then its arguments')
    .describe('Program and arguments; the event is given as JSON on its standard input.')
    .optional(),
  url: hookUrl.describe('Address to which the event is sent by POST.').optional(),
  format: z
    .enum(hookFormats, words(hookFormats))
    .describe(
      'What is sent: the event as JSON (default), its sentence as plain text (ntfy), or as Slack or Teams take it.',
    )
    .optional(),
  headers: z
    .record(headerName, headerValue, 'names of headers with their values')
    .describe('Further headers of the POST. Secrets are better kept in environment variables.')
    .optional(),
  timeoutSeconds: decimal(0.1, 300, 'a number of seconds from 0.1 to 300')
    .default(10)
    .describe('How long one attempt may take, seconds.'),
})
  .refine((hook) => isPresent(hook.command) !== isPresent(hook.url), {
    error: 'found none or both of "command" and "url", expected exactly one of them',
  })
  .refine((hook) => isPresent(hook.url) || !(isPresent(hook.format) || isPresent(hook.headers)), {
    error: 'found "format" or "headers", which only go with "url"',
  });

export const hookListSchema = list(hookSchema, 'a list of hooks');

function isAddress({ value }: { readonly value: unknown }): boolean {
  return typeof value === 'string' && URL.canParse(value);
}
