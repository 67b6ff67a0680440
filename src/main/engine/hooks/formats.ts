/** The body of a POST in the form that the other side takes. */
import type { HookFormat } from '../config/index.ts';
import type { HookMessage } from './model.ts';

export interface Body {
  readonly contentType: string;
  readonly text: string;
}

export function bodyOf(format: HookFormat, message: HookMessage): Body {
  switch (format) {
    case 'json':
      return json(message);
    case 'text':
      // ntfy takes the body as the message (docs.ntfy.sh/publish).
      return { contentType: 'text/plain; charset=utf-8', text: message.text };
    case 'slack':
      return json({ text: slackText(message.text), mrkdwn: false });
    case 'teams':
      return json(teamsMessage(message.text));
  }
}

function json(value: unknown): Body {
  return { contentType: 'application/json', text: JSON.stringify(value) };
}

/** These three characters would make links and mentions ("<!channel>") of text that comes from a log (docs.slack.dev/messaging). */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * What the Workflows trigger "When a Teams webhook request is received" takes: a message with one adaptive card. Not a
 * TextBlock, which reads Markdown (learn.microsoft.com/adaptive-cards/authoring-cards/text-features): the text is to be shown as it is.
 */
function teamsMessage(text: string): unknown {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: [{ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] }],
        },
      },
    ],
  };
}
