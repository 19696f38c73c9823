export function clock(timestamp) {
  const time = timestamp ? new Date(timestamp) : new Date();
  return time.toLocaleTimeString('en-GB');
}

/** What a message says, on one line. */
export function describe({ type, properties = {}, traits = {}, userId, context }) {
  if (type === 'identify') return [...new Set([userId, ...Object.values(traits)])].filter(Boolean).join(', ');
  if (type === 'page') return properties.path ?? pathOf(properties.url ?? context?.page?.url) ?? '';
  if (properties.engagement_time_msec !== undefined)
    return `${Math.round(properties.engagement_time_msec / 1000)} s in view, ${properties.percent_scrolled} % of the page`;
  const { items, value, currency, transaction_id, status, email, search_term, item_list_id, ...others } =
    properties;
  delete others.message_id;
  const parts = [transaction_id, status, search_term && `“${search_term}”`, item_list_id];
  if (Array.isArray(items))
    parts.push(
      items.length > 3
        ? `${items.length} items`
        : items
            .map(({ item_id, quantity = 1 }) => `${quantity > 1 ? `${quantity} × ` : ''}${item_id}`)
            .join(', ') || 'no items',
    );
  if (typeof value === 'number') parts.push(amount(value, currency));
  if (!items)
    for (const [name, given] of Object.entries(others).slice(0, 3))
      if (typeof given !== 'object') parts.push(`${name}: ${given}`);
  return [...parts, email].filter(Boolean).join(' · ');
}

function amount(value, currency = 'USD') {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency }).format(value);
}

function pathOf(url) {
  const parsed = url && URL.parse(url);
  return parsed ? parsed.pathname + parsed.search : undefined;
}
