/** Whether a visitor may be sent where a link leads: http(s), mailto or tel, once the browser has resolved it. */
export const isSafe = ({ protocol }: HTMLAnchorElement): boolean => /^(https?|mailto|tel):$/.test(protocol);
