interface Line {
  item_id: string;
  quantity: number;
}
export function restored(
  here: Line[],
  left: { item_id?: unknown; quantity?: unknown; price?: unknown }[],
  itemOf: (id: string) => { item_id: string } | undefined,
): { cart: Line[]; isChanged: boolean; missing: number };
