import { hasLiquid } from '../campaigns/liquid.ts';
import { faultsOf, type TemplateFault } from '../campaigns/template-faults.ts';
import { textsIn, WEBHOOK_VARIABLES, type WebhookContent } from './content.ts';
import { secretsIn, urlFault } from './url-template.ts';

/**
 * What is wrong with a webhook, for who publishes it; empty when nothing is. Pointers are into the content.
 *
 * @param extraOrigins of tests: `testOrigins` of push/endpoint.ts
 */
export function webhookFaults(content: WebhookContent, extraOrigins: readonly string[]): TemplateFault[] {
  const faults = textsIn(content).flatMap(({ text, pointer }): TemplateFault[] => {
    if (!hasLiquid(text)) return [];
    const messages = faultsOf(text, WEBHOOK_VARIABLES);
    if (messages.length > 0) return messages.map((message) => ({ pointer, message }));
    return secretsIn([text]).includes(null)
      ? [{ pointer, message: 'A secret is read by its name alone, as in {{ secrets.api_key }}.' }]
      : [];
  });
  const url = urlFault(content.url, extraOrigins);
  return url === null ? faults : [{ pointer: '/url', message: `It ${url}.` }, ...faults];
}
