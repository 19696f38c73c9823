export function clock(timestamp) {
  const time = timestamp ? new Date(timestamp) : new Date();
  return time.toLocaleTimeString('en-GB');
}

/** What a message says, on one line. */
export function describe({ type, properties = {}, traits = {}, userId, context }) {
  if (type === 'identify') return [userId, ...Object.values(traits)].filter(Boolean).join(', ');
  if (type === 'page') return properties.path ?? pathOf(properties.url ?? context?.page?.url) ?? '';
  if (properties.engagement_time_msec !== undefined)
    return `${Math.round(properties.engagement_time_msec / 1000)} s in view, ${properties.percent_scrolled} % of the page`;
  const { items, value, transaction_id, search_term, item_list_id, message_id: _, ...others } = properties;
  const parts = [transaction_id, search_term && `“${search_term}”`, item_list_id];
  if (Array.isArray(items))
    parts.push(
      items.length > 3
        ? `${items.length} items`
        : items
            .map(({ item_id, quantity = 1 }) => `${quantity > 1 ? `${quantity} × ` : ''}${item_id}`)
            .join(', ') || 'no items',
    );
  if (typeof value === 'number') parts.push(`$${value.toFixed(2)}`);
  if (!items)
    for (const [name, given] of Object.entries(others).slice(0, 3))
      if (typeof given !== 'object') parts.push(`${name}: ${given}`);
  return parts.filter(Boolean).join(' · ');
}

function pathOf(url) {
  const parsed = url && URL.parse(url);
  return parsed ? parsed.pathname + parsed.search : undefined;
}
