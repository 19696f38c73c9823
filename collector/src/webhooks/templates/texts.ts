export const GREETING =
  '{% if visitor.traits.first_name %}Hello {{ visitor.traits.first_name }},{% else %}Hello,{% endif %}';

/** What was left, and the way back to it. */
export const CART =
  'this is still in your cart:{% for item in cart.items limit: 5 %}\n- {{ item.item_name | default: item.item_id }}{% endfor %}\n\nGo on where you left off: {{ cart.restore_url }}';
