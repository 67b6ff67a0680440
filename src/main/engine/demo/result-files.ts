/** The result folder of the simulated benchmark: what its files are called, and what the script says of them. */
import type { RecordedStep } from './acts.ts';
import { createGrowingFile, type GrowingFile } from './growing-file.ts';
import { fileTime, pythonFloat } from './run-records.ts';
import { stepPicture } from './picture.ts';

interface StoredFile {
  readonly bytes: Buffer;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
}

export interface TaskFolder {
  /** From the result folder on. */
  readonly path: string;
  readonly files: readonly (StoredFile & { readonly name: string })[];
}

export interface NewestScreen {
  readonly domain: string;
  readonly step: number;
  /** A PNG. */
  readonly bytes: Buffer;
}

export interface ResultFiles {
  /** Wipes it, as the benchmark's start does. */
  readonly clear: (model: string) => void;
  readonly addResult: (domain: string, taskId: string, score: number, at: number) => void;
  /** Adds a screenshot, what the agent planned, and a line of the trajectory, as trajectory_recorder.py does. */
  readonly addStep: (step: RecordedStep, at: number) => void;
  /** Adds the line of the trajectory that tells of an exception. */
  readonly addException: (domain: string, taskId: string, message: string, at: number) => void;
  /** The screenshot that was added last; null: there is none. */
  readonly newestScreen: () => NewestScreen | null;
  /** As the shell's function `results` tells it. */
  readonly results: (sinceSeconds: number, skip: number) => string;
  /** As the shell's function `screens` tells it. */
  readonly screens: (domain: string, taskId: string) => string;
  /**
   * As the shell's function `texts` gives it.
   * @param path the task's folder, from the result folder on
   * @param plans how many plans come along
   * @param files a number of bytes and a name, and so on
   */
  readonly texts: (path: string, mark: string, plans: number, files: readonly string[]) => Buffer;
  /** A trajectory, which grows. @param path from the result folder on, without "./" */
  readonly trajectory: (path: string) => GrowingFile | null;
  /** The files of a task; null: there is no such folder. @param domain empty: any */
  readonly folder: (domain: string, taskId: string) => TaskFolder | null;
  /** As the shell's function `screen` gives it. @param path from the result folder on */
  readonly screen: (path: string, mostBytes: number) => Buffer;
}

const pageLength = 100;

export function createResultFiles(): ResultFiles {
  const files = new Map<string, StoredFile>();
  const trajectories = new Map<string, GrowingFile>();
  let top = '.';
  let newest: NewestScreen | null = null;

  const seconds = ({ modifiedAt }: StoredFile): number => Math.floor(modifiedAt / 1000);
  const folderOf = (domain: string, taskId: string): string => `${top}/${domain}/${taskId}`;

  function addLine(folder: string, entry: object, at: number): void {
    const path = `${folder}/traj.jsonl`;
    const file = trajectories.get(path) ?? createGrowingFile(at);
    trajectories.set(path, file);
    // The list has its new size before those who follow it are told.
    const line = `${JSON.stringify(entry)}\n`;
    const before = files.get(path)?.bytes ?? Buffer.alloc(0);
    files.set(path, { bytes: Buffer.concat([before, Buffer.from(line)]), modifiedAt: at });
    file.append(line, at);
  }

  return {
    clear(model) {
      files.clear();
      trajectories.clear();
      newest = null;
      top = `./pyautogui/a11y_tree/${model}/0`;
    },
    addResult(domain, taskId, score, at) {
      const bytes = Buffer.from(`${pythonFloat(score)}\n`);
      files.set(`${folderOf(domain, taskId)}/result.txt`, { bytes, modifiedAt: at });
    },
    addStep({ domain, taskId, step, action, thought, done }, at) {
      const folder = folderOf(domain, taskId);
      const suffix = `step_${step === 0 ? 'reset' : step}_${fileTime(at)}`;
      const screenshot = `screenshot-${suffix}.png`;
      const bytes = stepPicture(step, hueOf(domain));
      files.set(`${folder}/${screenshot}`, { bytes, modifiedAt: at });
      newest = { domain, step, bytes };
      const entry = { step_num: step, action_timestamp: fileTime(at), action };
      if (thought === null) {
        addLine(folder, { ...entry, screenshot }, at);
        return;
      }
      const plan = `plan_result-${suffix}.txt`;
      files.set(`${folder}/${plan}`, { bytes: Buffer.from(thought), modifiedAt: at });
      addLine(folder, { ...entry, reward: 0, done, info: {}, screenshot, plan_result: plan }, at);
    },
    addException(domain, taskId, message, at) {
      const told = { Error: `Exception in ${domain}/${taskId}`, Exception: message };
      addLine(folderOf(domain, taskId), told, at);
    },
    newestScreen: () => newest,
    results(sinceSeconds, skip) {
      const found = [...files]
        .filter(([path, file]) => path.endsWith('/result.txt') && seconds(file) >= sinceSeconds)
        .sort(([, a], [, b]) => a.modifiedAt - b.modifiedAt);
      const page = found.slice(skip, skip + pageLength);
      const lines = page.map(
        ([path, file]) => `result ${seconds(file)} ${file.bytes.toString().trimEnd()}\t${path}\n`,
      );
      return `${lines.join('')}${found.length > skip + pageLength ? 'more' : 'end'}\n`;
    },
    screens(domain, taskId) {
      const end = `/${taskId}/`;
      const found = [...files].flatMap(([path, file]) => {
        const folder = path.slice(0, path.lastIndexOf('/'));
        const isAsked =
          /\.png$|\/traj\.jsonl$/.test(path) &&
          (domain === '' ? `${folder}/`.endsWith(end) : folder === folderOf(domain, taskId));
        return isAsked ? [{ folder, name: path.slice(folder.length + 1), file }] : [];
      });
      const [first] = found;
      if (first === undefined) return '';
      const lines = found.map(({ name, file }) => `screen ${seconds(file)} ${file.bytes.length} ./${name}\n`);
      return `folder ${first.folder}\n${lines.join('')}`;
    },
    texts(path, mark, mostPlans, wanted) {
      const planned = [...files.keys()].filter((file) => file.startsWith(`${path}/plan_result-`));
      const named = wanted.filter((_, index) => index % 2 === 1).map((name) => `${path}/${name}`);
      const parts = [...named, ...planned.slice(0, mostPlans)].flatMap((file) => {
        const bytes = files.get(file)?.bytes;
        const head = `${mark} ${file.slice(path.length + 1)}\n`;
        return bytes === undefined ? [] : [Buffer.from(head), bytes, Buffer.from('\n')];
      });
      return Buffer.concat([...parts, Buffer.from(`${mark}\nend\n`)]);
    },
    trajectory: (path) => trajectories.get(`./${path}`) ?? null,
    folder(domain, taskId) {
      const inFolder = [...files].flatMap(([path, file]) => {
        const folder = path.slice(0, path.lastIndexOf('/'));
        const isAsked = domain === '' ? folder.endsWith(`/${taskId}`) : folder === folderOf(domain, taskId);
        return isAsked ? [{ ...file, folder, name: path.slice(folder.length + 1) }] : [];
      });
      const [first] = inFolder;
      return first === undefined ? null : { path: first.folder, files: inFolder };
    },
    screen(path, mostBytes) {
      const bytes = files.get(path)?.bytes;
      if (bytes === undefined) return Buffer.from('absent\n');
      const head = Buffer.from(`screen ${bytes.length}\n`);
      return bytes.length > mostBytes ? head : Buffer.concat([head, bytes]);
    },
  };
}

/** The same for a program each time, and others for others. */
function hueOf(domain: string): number {
  return Array.from(domain).reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
}
