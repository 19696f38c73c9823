import { AnalyticsBrowser } from '@segment/analytics-next';

/** A page that Segment's own library measures; only its settings say that the collector is ours. */
const { writeKey = '', apiHost = '', strategy } = document.currentScript?.dataset ?? {};
const deliveryStrategy =
  strategy === 'batching' ? { strategy, config: { size: 10, timeout: 500 } } : { strategy: 'standard' };
const destination = { apiKey: writeKey, apiHost, protocol: 'http', deliveryStrategy };

const analytics = AnalyticsBrowser.load(
  { writeKey, cdnSettings: { integrations: { 'Segment.io': destination } } },
  { initialPageview: true },
);
Object.assign(window, { analytics });
