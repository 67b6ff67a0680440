/** Files other than the trajectory of WAA and OSWorld that tell what an agent did. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileOf, readAll, startMs } from './support.ts';

describe('traj.md of Windows Agent Arena V2', () => {
  const part = (step: number, plan = 'I look.', action = 'computer.mouse.single_click()'): string =>
    `### Step ${step} \n#### 2026-01-28 22:55:${10 + step}\n#### Observation\n` +
    `![Screenshot](screenshot/screenshot-step_${step - 1}_20260128@2255${10 + step}.png)\n` +
    `#### Plan\n${plan}\n#### Action\n\`\`\`\n${action}\n\`\`\`\n`;
  const end =
    '### Score at step 2: 1.0\n### Final Observation\n![Screenshot](screenshot/screenshot-step_2_x.png)\n';
  const read = (text: string, scores?: string) =>
    readAll([fileOf('traj.md', text), ...(scores === undefined ? [] : [fileOf('results.json', scores)])]);

  it('has instruction, plan, action and screenshot of each step, and its scores in results.json', () => {
    const text = `### Save the file\n\n${part(1)}${part(2, 'First\n\n## then', 'a()\n\nb()')}${end}`;
    expect(read(text, '[{"step": 2, "score": 0.5}, {"step": "x"}, 7]')).toMatchObject({
      ...{ source: 'traj.md', instruction: 'Save the file', skippedLines: 0, isCut: false },
      screenMoment: 'before',
      steps: [
        {
          ...{ step: 1, at: startMs + 3_000, thought: 'I look.', action: 'computer.mouse.single_click()' },
          ...{ screenshot: 'screenshot-step_0_20260128@225511.png', reward: null },
        },
        { step: 2, thought: 'First\n\n## then', action: 'a()\n\nb()', reward: 0.5 },
      ],
    });
    expect(read(text, 'broken').steps[1]?.reward).toBeNull();
  });

  it('knows a plan that quotes headings from a step', () => {
    const plan =
      '### Step 7 \nis what I do next\n#### Plan\n#### Action\n```\nx\n```\n### Score at step 3: 0';
    expect(read(`### Do it\n\n${part(1, plan)}${part(2)}${end}`)).toMatchObject({
      ...{ skippedLines: 0, steps: [{ step: 1, thought: plan }, { step: 2 }] },
    });
  });

  it('that is being written, or has no instruction, has what is whole', () => {
    const text = `### No instruction provided\n\n${part(1)}${part(2)}`;
    expect(read(text.slice(0, -30))).toMatchObject({
      steps: [{ step: 1 }],
      instruction: null,
      skippedLines: 0,
    });
    expect(read('# Something else\nentirely\n')).toMatchObject({ steps: [], skippedLines: 2, source: null });
  });

  it('gives no more steps than it has headings, whatever it holds', () => {
    const piece = fc.constantFrom(
      part(1),
      part(2),
      '### Step 3 \n',
      '```\n',
      '#### Action\n',
      '#### Plan\n',
      'text\n',
      end,
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const whole = pieces.filter((one) => one === part(1) || one === part(2)).length;
        expect(read(pieces.join('')).steps.length).toBeLessThanOrEqual(whole);
      }),
    );
  });
});

describe('execution.json of openadapt-evals', () => {
  const trace = {
    ...{
      task_id: 'notepad_1',
      success: false,
      score: 0,
      error: 'Server unreachable',
      logs: [{ message: 'x' }],
    },
    steps: [
      {
        ...{ step_idx: 0, screenshot_path: 'screenshots/step_000.png', reasoning: 'I click View.' },
        action: { type: 'click', x: 0.5, y: 0.25, text: null, raw_action: { response: 'long' } },
        timestamp: startMs / 1000 + 2.5,
      },
      { step_idx: 1, screenshot_path: null, action: { type: 'done' }, reasoning: null, timestamp: null },
    ],
  };
  const task = fileOf('task.json', JSON.stringify({ instruction: 'Show the status bar.' }));

  it('counts from 0, and has absolute times', () => {
    const reading = readAll([fileOf('execution.json', JSON.stringify(trace)), task], {
      ...{ clockOffsetMs: -7_200_000, startedAt: startMs, isOfAttempt: () => true, hasOthers: false },
    });
    expect(reading).toMatchObject({
      ...{
        source: 'execution.json',
        instruction: 'Show the status bar.',
        error: 'Server unreachable',
        skippedLines: 0,
      },
      steps: [
        {
          ...{ step: 1, at: startMs + 2_500, thought: 'I click View.', screenshot: 'step_000.png' },
          action: '{"type":"click","x":0.5,"y":0.25}',
        },
        { step: 2, at: null, action: '{"type":"done"}', screenshot: null },
      ],
    });
  });

  it('of another form is left out and counted', () => {
    const odd = { ...trace, steps: [...trace.steps, { step_idx: 'x' }, null, 3] };
    expect(readAll([fileOf('execution.json', JSON.stringify(odd))])).toMatchObject({
      steps: { length: 2 },
      skippedLines: 3,
    });
    for (const text of ['{', '[]', '{"steps": 3}', ''])
      expect(readAll([fileOf('execution.json', text)])).toMatchObject({ steps: [], skippedLines: 1 });
  });

  it('is read, whatever it holds', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const { steps, skippedLines } = readAll([fileOf('execution.json', json)]);
        expect(steps.length + skippedLines).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('runtime.log of OSWorld, where there is no trajectory', () => {
  const read = (text: string) => readAll([fileOf('runtime.log', text)]);

  it("has an answer of the model for each step: PromptAgent's", () => {
    const text =
      'Generating content with GPT model: gpt-4o\nRESPONSE: I open it.\n\n```python\nimport pyautogui\n```\n' +
      'Generating content with GPT model: gpt-4o\nFailed to call LLM: 500\nRESPONSE: \n' +
      'LINEAR AT: tag\tname\nRESPONSE: DONE\n';
    expect(read(text)).toMatchObject({
      ...{ source: 'runtime.log', skippedLines: 0 },
      steps: [
        { step: 1, at: null, action: null, thought: 'I open it.\n\n```python\nimport pyautogui\n```' },
        { step: 2, thought: null },
        { step: 3, thought: 'DONE' },
      ],
    });
  });

  it("and several actions of one answer: Qwen's and OpenCUA's", () => {
    const qwen =
      'a line before\n========================== qwen3-vl ===================================\nInstruction:\nSave it\n' +
      "call_llm bases=['x']\nQwen3VL Output:\nAction: Click it.\n<tool_call>\nLow level instruction: Click it.\n" +
      "Pyautogui actions: ['pyautogui.moveTo(1, 2)', \"pyautogui.write('it\\'s')\"]\n";
    expect(read(qwen)).toMatchObject({
      ...{ instruction: 'Save it', skippedLines: 1 },
      steps: [
        { step: 1, action: 'pyautogui.moveTo(1, 2)', thought: 'Action: Click it.\n<tool_call>' },
        { step: 1, action: "pyautogui.write('it's')" },
      ],
    });
    const opencua =
      "Model Output: \n## Thought\nI type.\nParsed Low-level Action: \nType\nParsed pyautogui Action: \n['a\\nb']\nNew step cot: {}\n" +
      'Model Output: \nI am lost.\nParsed pyautogui Action: \n[broken\n';
    expect(read(opencua).steps.map(({ step, action, thought }) => [step, action, thought])).toEqual([
      [1, 'a\nb', '## Thought\nI type.'],
      [2, '[broken', 'I am lost.'],
    ]);
  });

  it('of an agent that is not known has no steps', () => {
    expect(read('Expected Output:\nthinking\nand more\n')).toMatchObject({
      steps: [],
      skippedLines: 3,
      source: null,
    });
  });

  it('has a step for each answer, whatever stands between them', () => {
    const piece = fc.constantFrom(
      'RESPONSE: a\n',
      'Instruction:\n',
      'x\n',
      "Pyautogui actions: ['a', 'b']\n",
      '\n',
      '='.repeat(30),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const { steps } = read(pieces.join(''));
        const numbers = new Set(steps.map(({ step }) => step));
        const answers = pieces
          .join('')
          .split('\n')
          .filter((line) => line.startsWith('RESPONSE: ')).length;
        expect(numbers.size).toBe(answers);
      }),
    );
  });
});
