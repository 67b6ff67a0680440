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
