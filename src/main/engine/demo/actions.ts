/** What the simulated agent does in one step: the text that run.py logs behind `Step N: `. */
import type { Random } from './random.ts';

/** How the benchmark opens what a task is about, as the setup logs it. */
export interface Opening {
  readonly program: string;
  readonly window: string;
  /** A file that the task begins with, null where it begins with a program. */
  readonly file: string | null;
}

const openings: Readonly<Record<string, Opening>> = {
  file_explorer: { program: 'explorer', window: 'File Explorer', file: null },
  libreoffice_calc: { program: 'scalc', window: 'table.xlsx - LibreOffice Calc', file: 'table.xlsx' },
  notepad: { program: 'notepad', window: 'Notepad', file: null },
  chrome: { program: 'chrome', window: 'New Tab - Google Chrome', file: null },
  microsoft_paint: { program: 'mspaint', window: 'Untitled - Paint', file: null },
  libreoffice_writer: { program: 'swriter', window: 'letter.docx - LibreOffice Writer', file: 'letter.docx' },
  settings: { program: 'ms-settings:', window: 'Settings', file: null },
  vs_code: { program: 'code', window: 'Welcome - Visual Studio Code', file: null },
  msedge: { program: 'msedge', window: 'New tab - Microsoft Edge', file: null },
  vlc: { program: 'vlc', window: 'VLC media player', file: null },
  windows_calc: { program: 'calc', window: 'Calculator', file: null },
  clock: { program: 'ms-clock:', window: 'Clock', file: null },
};

export function openingOf(domain: string): Opening {
  return openings[domain] ?? { program: domain, window: domain, file: null };
}

/** Code of one action, often several lines of it. */
export function actionCode(random: Random, domain: string): string {
  const { program, window } = openingOf(domain);
  const place = `x=0.${random.integer(10, 95)}, y=0.${random.integer(10, 95)}`;
  const element = random.integer(1, 60);
  return random.pick([
    `computer.mouse.move_id(id=${element})\ncomputer.mouse.single_click()`,
    `computer.mouse.move_id(id=${element})\ncomputer.mouse.double_click()`,
    `computer.mouse.move_abs(${place})\ncomputer.mouse.single_click()`,
    `computer.mouse.move_id(id=${element})\ncomputer.mouse.right_click()`,
    `# look at ${window} first\ncomputer.window_manager.switch_to_application("${window}")`,
    `computer.os.open_program("${program}")`,
    'computer.keyboard.hotkey("ctrl", "s")',
    'computer.keyboard.press("enter")',
    `computer.keyboard.write("${random.pick(['report', '25', 'Lisbon', 'list.txt', 'archive-2023'])}")\ncomputer.keyboard.press("enter")`,
    `for _ in range(${random.integer(2, 6)}):\n    computer.keyboard.press("down")\n\ncomputer.keyboard.press("space")`,
    'computer.mouse.scroll(dir="down")',
  ]);
}

/** What each kind of action is for, by what its code holds. */
const reasons: readonly (readonly [code: string, reason: string])[] = [
  ['DONE', 'Everything that was asked for is visible on the screen, so the task is done.'],
  ['FAIL', 'Nothing on this computer can do what was asked for. I give up and say so.'],
  ['WAIT', 'The window is still loading. I wait a moment before I look again.'],
  ['switch_to_application', 'The window that I need is behind another one. I bring it to the front.'],
  ['open_program', 'The program is not open yet, so I start it.'],
  ['hotkey', 'The change is made. I save it with the keyboard.'],
  ['keyboard.write', 'The field has the focus. I type the text and confirm it.'],
  ['for _ in range', 'The entry is further down in the list. I move down to it and select it.'],
  ['keyboard.press', 'The dialog shows the right values. I confirm it.'],
  ['double_click', 'This item opens with a double click.'],
  ['right_click', 'The command is in the context menu of this element.'],
  ['scroll', 'The element is not on the screen. I scroll down to find it.'],
];

/** Returns what the agent thinks before an action: the same for the same action. */
export function thoughtBehind(action: string, step: number, instruction: string): string {
  const reason =
    reasons.find(([code]) => action.includes(code))?.[1] ?? 'This element is the next one that I need.';
  return step === 1 ? `The task is: ${instruction}\n\n${reason}` : reason;
}
