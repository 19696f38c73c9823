import { CURRENCY, item } from '/catalogue.js';

const list = document.querySelector('[data-list-id]');
const { listId: item_list_id, listName: item_list_name, searchTerm: search_term } = list.dataset;

if (search_term) beckon('track', 'search', { search_term });

const items = [...list.querySelectorAll('[data-item-id]')].map((link, index) => ({
  ...item(link.dataset.itemId),
  item_list_id,
  index,
}));
if (items.length)
  beckon('track', 'view_item_list', { currency: CURRENCY, item_list_id, item_list_name, items });
