import { describe, expect, it } from 'vitest';
import { createSetupCode } from '../../../src/main/engine/server/access/setup-code.ts';

describe('the set-up code', () => {
  it('is drawn anew each time, of letters that are not taken for each other', () => {
    const codes = Array.from({ length: 200 }, () => createSetupCode().text);
    expect(new Set(codes).size).toBe(200);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
  });

  it('is known however it is typed, and nothing else is', () => {
    const code = createSetupCode();
    const { text } = code;
    const lookAlike = text.replaceAll('0', 'o').replaceAll('1', 'l');
    for (const typed of [
      text,
      text.toLowerCase(),
      text.replace('-', ''),
      ` ${text.replace('-', ' ')} `,
      lookAlike,
    ])
      expect(code.judge(typed)).toEqual({ kind: 'right' });
    for (const typed of [text.slice(1), `${text}0`, '0', 'ü'.repeat(8)])
      expect(code.judge(typed)).toEqual({ kind: 'wrong' });
    for (const typed of [undefined, '', '  ']) expect(code.judge(typed)).toEqual({ kind: 'missing' });
  });

  it('is not looked at for the rest of the minute after ten wrong ones; right ones cost nothing', () => {
    let nowMs = 0;
    const code = createSetupCode(() => nowMs);
    for (let attempt = 0; attempt < 50; attempt += 1) code.judge(code.text);
    for (let attempt = 0; attempt < 10; attempt += 1) expect(code.judge('AAAA').kind).toBe('wrong');
    nowMs = 20_000;
    expect(code.judge('AAAA')).toEqual({ kind: 'too-many', waitSeconds: 40 });
    expect(code.judge(code.text)).toEqual({ kind: 'too-many', waitSeconds: 40 });
    expect(code.judge(undefined)).toEqual({ kind: 'missing' });
    nowMs = 60_000;
    expect(code.judge(code.text)).toEqual({ kind: 'right' });
  });
});
