/** Matches each code by which a program colours or moves text in a terminal: ESC, "[", numbers, a letter. */
// eslint-disable-next-line no-control-regex -- the code begins with a control character
export const terminalCode = /\x1b\[[0-9;?=]*[A-Za-z]/g;
