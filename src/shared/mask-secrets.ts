/** Takes secrets out of text that is logged, printed or shown. Better one harmless word too many than one key too few. */

const mask = '***';

/** Returns a pattern for a secret behind a name, which is its first group. The secret may be in quotes, and these in a quoted text. */
function secretBehind(name: string, flags: string): RegExp {
  const secret = String.raw`(?:\\"[^"\\]*\\"|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"'&,;)}]+)`;
  return new RegExp(`(${name})${secret}`, flags);
}

const replacements: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[private key]'],
  // https://user:password@host. Only one character of the scheme is looked at: to match it whole takes quadratic time on a long word.
  [/(?<=[a-z0-9+.-]:\/\/)[^\s/?#@"']+@/gi, `${mask}@`],
  // Authorization: Bearer abc, "authorization":"Basic abc"
  [/(\b(?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:[A-Za-z]+\s+)?[^\s"',;]+/gi, `$1${mask}`],
  [/(\bbearer\s+)[^\s"',;]+/gi, `$1${mask}`],
  // --openai_api_key abc, api_key=abc, "password": "abc", AccountKey=abc, ?sig=abc
  [
    secretBehind(
      String.raw`(?:^|[\s"'?&;,{(-])[\w-]{0,100}(?:api[_-]?key|access[_-]?key|account[_-]?key|passphrase|password|passwd|secret|token|\bsig)["']?(?:\s*[:=]\s*|\s+(?=\S*\d))`,
      'gim',
    ),
    `$1${mask}`,
  ],
  // Subscription-Key: abc, "clientSecretValue": "abc", credentials=abc, but not CredentialUnavailableError: or max_tokens=15
  [
    secretBehind(
      String.raw`(?<![\w-])(?![\w-]{0,100}tokens["']?\s*[=:]\s*\d{1,7}(?![\w-]))[\w-]{0,100}(?:[_-]keys?(?![a-z0-9])|token|secret|passw|credential)[\w-]{0,100}(?<!error|exception|warning)\\?["']?\s*[=:]\s*`,
      'gi',
    ),
    `$1${mask}`,
  ],
  // Environment variables and arguments: -e DB_PASS=abc, OPENAIKEY=abc, subscriptionKey=abc, ?key=abc
  [
    secretBehind(
      String.raw`\b(?:[A-Z0-9]+_)+(?:PASS|PWD)["']?(?:=|:\s*)|(?<!\w)\w{0,100}(?:KEY|[a-z0-9]Key)["']?\s*=\s*|[?&]key=`,
      'g',
    ),
    `$1${mask}`,
  ],
  // A JSON Web Token, such as Azure's
  [/\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?/g, mask],
  // Keys that are known by their first letters: OpenAI, Stripe, GitHub, Slack, Hugging Face, Google, AWS, and our own.
  [
    /\b(?:[ps]k-|[ps]k_(?:live|test)_|gh[opsu]_|github_pat_|xox[abps]-|hf_|AIza(?=[\w-]{30})|AKIA(?=[A-Z0-9]{16}\b)|bt_(?=[\w-]{43}))[A-Za-z0-9_-]{8,}/g,
    mask,
  ],
];

/** The same text with everything that looks like a key, a password or a private key replaced by `***`. */
export function maskSecrets(text: string): string {
  return replacements.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text);
}

/**
 * Masks a text line by line, with regard to secrets that go over several lines, such as a private key. The result has as many lines as
 * were given, so that what is known of a line, such as its place in a log, still belongs to it.
 */
export function maskSecretLines(lines: readonly string[]): string[] {
  const masked = replacements.reduce(
    (text, [pattern, replacement]) =>
      text.replace(pattern, (found: string, name?: unknown) => {
        // Each pattern has at most one group, and its replacement begins with it.
        const shown = replacement.replace('$1', () => (typeof name === 'string' ? name : ''));
        return shown + '\n'.repeat(countLineFeeds(found) - countLineFeeds(shown));
      }),
    lines.map((line) => line.replaceAll('\n', ' ')).join('\n'),
  );
  return lines.length === 0 ? [] : masked.split('\n');
}

function countLineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

const secretName =
  /^(?:(?:proxy-)?authorization|(?:x-)?api[_-]?key|.*(?:passphrase|password|passwd|secret)|(?:.*[_-])?token|.*AccessToken)$/i;

/** A copy of a JSON-like value in which strings are masked, and whatever stands under a name such as `password`. */
export function maskSecretsIn(value: unknown): unknown {
  if (typeof value === 'string') return maskSecrets(value);
  if (Array.isArray(value)) return value.map(maskSecretsIn);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      secretName.test(name) && item !== null && typeof item !== 'boolean' ? mask : maskSecretsIn(item),
    ]),
  );
}

/** An address without what may be secret in it: user, path, query and fragment. Chat services put their token into the path. */
export function maskUrl(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) return mask;
  const bare = parsed.pathname === '/' && parsed.search === '' && parsed.hash === '';
  return `${parsed.protocol}//${parsed.username === '' ? '' : `${mask}@`}${parsed.host}/${bare ? '' : mask}`;
}
