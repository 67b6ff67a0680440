/**
 * The tasks that the simulated benchmark knows: Windows Agent Arena's twelve domains, with instructions and ids of our own. The ids
 * have every form that real ones have: upper case, letters that no UUID has, several suffixes, `INF-` for a task that cannot be done.
 */
export interface CatalogueTask {
  readonly domain: string;
  readonly id: string;
  readonly instruction: string;
}

/** In the order of the domains in Windows Agent Arena's task list, which is the order in which run.py takes them. A table: one row each. */
// prettier-ignore
export const catalogue: readonly CatalogueTask[] = [
  { domain: 'file_explorer', id: 'd85f5adb-1b52-40f5-a53c-24d7b71d0f89-WOS', instruction: 'Move every photo from the Downloads folder into Pictures\\Holiday.' },
  { domain: 'file_explorer', id: 'e41b89ba-f5d5-4053-b3f9-acda229cf845-WOS', instruction: 'Show file name extensions in File Explorer.' },
  { domain: 'file_explorer', id: '523476fd-3639-4cba-a4fe-562ef73fade3-WOS-2', instruction: 'Create a zip archive named "invoices" out of all PDF files on the desktop.' },
  { domain: 'file_explorer', id: 'e6bb45b5-19f1-47ef-b27c-26d5f8d97380-WOS', instruction: 'Rename the folder "old" in Documents to "archive-2023".' },
  { domain: 'libreoffice_calc', id: '9b70602a-ea9c-k3e3-83f9-d0397342eg38-WOS', instruction: 'Add up the hours in column C and put the sum below the last row.' },
  { domain: 'libreoffice_calc', id: 'b42f979a-4b1e-44e5-b885-d74a200f104e-WOS-2', instruction: 'Write the text "Score: 1.0" into cell A1 and make it bold.' },
  { domain: 'libreoffice_calc', id: 'dbf0dc21-f152-465a-beb1-bf3fe2571aa8-wos', instruction: 'Sort the price list by the second column, cheapest first.' },
  { domain: 'libreoffice_calc', id: '2808B05F-9253-4886-B17D-A9A63C14C0FF-WOS', instruction: 'Hide every row whose status is "closed".' },
  { domain: 'libreoffice_calc', id: '399e4cf6-3dff-4ce8-9504-5eb44cd48c48-WOS', instruction: 'Freeze the first row so that it stays visible while scrolling.' },
  { domain: 'notepad', id: '92d8f26b-ee67-4467-9caa-bdfd0851b1d2-1-WOS', instruction: 'Open Notepad, type the three shopping items from the note on the desktop, and save the file as list.txt in Documents.' },
  { domain: 'notepad', id: '9bc162bb-4a9e-49f7-b79e-8c69b7da7ef8-WOS', instruction: 'Replace every "colour" in draft.txt by "color".' },
  { domain: 'chrome', id: '24af61e3-9f46-427a-877d-9030726872fd-WOS-2', instruction: 'Make the start page of Chrome a blank tab.' },
  { domain: 'chrome', id: 'bef452d0-89d8-4480-919e-91b3e6eed539-wos', instruction: 'Bookmark the page that is open under the name "Read later".' },
  { domain: 'chrome', id: '5af044f3-8618-ha9b-9877-a07609480gb3-wos', instruction: 'Delete the cookies of the last hour.' },
  { domain: 'chrome', id: '19976975-6d93-4003-bbac-3c466a1d4904-1-WOS', instruction: 'Turn off the password manager of Chrome.' },
  { domain: 'microsoft_paint', id: 'cde2180a-2c57-4cc1-a335-7836219b08cd-WOS', instruction: 'Draw a red circle in Paint and save it as circle.png in Pictures.' },
  { domain: 'microsoft_paint', id: 'a4a5fc84-4d31-4620-ad9a-205dd52b670d-WOS', instruction: 'Resize the open picture to half of its width and height.' },
  { domain: 'libreoffice_writer', id: '7e7f56e5-ad89-4c26-8e70-d7fc1ce0f02f-WOS', instruction: 'Number the pages of this report at the bottom right.' },
  { domain: 'libreoffice_writer', id: 'D1146504-8C44-4BFA-AECC-0F1FA54B6A03-WOS', instruction: 'Set the second heading in italics, and nothing else.' },
  { domain: 'libreoffice_writer', id: 'b6334773-85f9-4075-b962-e8ffbbbec719-WOS', instruction: 'Below the table, write the line "Score: 0.5 of 1 (see [Domain]: sports)", then save the document.' },
  { domain: 'libreoffice_writer', id: '42a06195-9666-4868-83b7-147967359caa-WOS', instruction: 'Delete the empty lines between the paragraphs of this letter.' },
  { domain: 'settings', id: 'fa51076a-d03b-47d6-9ce2-140b9235d587-WOS', instruction: 'Switch Windows to dark mode.' },
  { domain: 'settings', id: 'ed8ec826-b1e3-ga8e-a337-db703c6f3g9c-WOS', instruction: 'Let the screen turn off after 10 minutes when plugged in.' },
  { domain: 'settings', id: 'INF-ebed8fa5-6050-483b-b2ba-3cb30cdd9327-WOS', instruction: 'Pair this computer with the printer on the third floor.' },
  { domain: 'vs_code', id: '7535518f-f6b8-4454-b2cb-b3dd34aec004-WOS', instruction: 'Set the tab width of VS Code to 2 for all projects.' },
  { domain: 'vs_code', id: '44f19bd7-c542-43a1-a38f-17f5b3684e24-WOS', instruction: 'Open the folder C:\\Users\\Docker\\project as a workspace and save the workspace there.' },
  { domain: 'vs_code', id: '65a5bc97-15f8-4cc9-aaba-673dee1d2708-1-WOS', instruction: 'Hide all folders named "__pycache__" in the explorer of VS Code.' },
  { domain: 'vs_code', id: 'a8c6fae8-fe4d-4b0a-8fc5-9f986a3b9d18-WOS', instruction: 'Change the colour theme to "Solarized Light".' },
  { domain: 'msedge', id: '9d9e73f5-e20e-49a5-aa51-b799cceabdb2-wos', instruction: 'Show the favourites bar on every page.' },
  { domain: 'msedge', id: 'A8E5C48D-3AB8-410F-8C29-24FAE529A8A0-WOS', instruction: 'Save the open article as a PDF on the desktop.' },
  { domain: 'msedge', id: '56bd2b38-178f-42e2-b3ec-e63829000ead-WOS', instruction: 'Make DuckDuckGo the search engine of the address bar.' },
  { domain: 'msedge', id: 'b931eb46-6354-k253-94d6-be0882e8agb2-wos', instruction: 'Clear everything that was typed into forms in the last seven days.' },
  { domain: 'vlc', id: '348aed62-0c57-4aea-95e4-34996fd89d94-2-WOS', instruction: 'Play the film on the desktop in an endless loop.' },
  { domain: 'vlc', id: 'fcafa09d-0f7b-41bb-92ff-3e22db768035-WOS', instruction: 'Take a snapshot of the film at the 30th second.' },
  { domain: 'vlc', id: '9ff576d8-da25-4919-8d7a-006d394d4458-WOS', instruction: 'Make VLC start with a volume of 40 percent.' },
  { domain: 'vlc', id: 'INF-f14a0425-a043-46a9-b572-ad1c15a24320-WOS', instruction: "Play tonight's stream in 16K on this machine." },
  { domain: 'windows_calc', id: 'f1fb0699-19f0-4465-8f59-36a1de59016c-WOS', instruction: 'How many days lie between 3 May 2021 and 19 August 2024? Write the number into days.txt on the desktop.' },
  { domain: 'windows_calc', id: '49e2aeef-cb1d-471a-bdc4-87399f4b5211-WOS-2', instruction: 'Convert 72 miles into kilometres and write the result into km.txt in Documents.' },
  { domain: 'clock', id: '90e610a4-0aa7-4079-892a-333068e12cea-WOS', instruction: 'Set a timer of 25 minutes named "Tea".' },
  { domain: 'clock', id: '53484adb-5e17-4d32-8d4a-5fd6fbbde6b8-WOS', instruction: 'Add Lisbon to the world clock.' },
  { domain: 'clock', id: '6C8A574D-EA86-H79C-A5E3-F850A50CAG6F-2-WOS', instruction: 'Set an alarm for 06:45 on weekdays.' },
];

/** As many as OSWorld has. */
export const mostTasks = 369;

/** Returns at least so many tasks. The catalogue comes again as often as needed, with a number behind each id, as the benchmark names variants. */
export function tasksFor(count: number): readonly CatalogueTask[] {
  const rounds = Math.ceil(count / catalogue.length);
  return catalogue.flatMap((task) =>
    Array.from({ length: rounds }, (_, round) =>
      round === 0 ? task : { ...task, id: `${task.id}-${round + 1}` },
    ),
  );
}

/** A task whose right answer is that it cannot be done. */
export function isInfeasible(task: CatalogueTask): boolean {
  return task.id.startsWith('INF-');
}

/** A task whose instruction looks like a line of a result: a reader that searches the log for "Score:" falls for it. */
export function isMisleading(task: CatalogueTask): boolean {
  return task.instruction.includes('Score:');
}
