/**
 * A client of BenchTray's own event stream, as `watch` and the tray are: it follows the stream for ever, whatever happens to
 * the server, and hands on what was said. It knows nothing of VMs, and nothing of the process that serves.
 */
export { followStream, type FollowOptions } from './follow-stream.ts';
export { streamEventOf, toMessage, type StreamMessage } from './message.ts';
