export function customerNumber(email: string): string;
