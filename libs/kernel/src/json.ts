/** JSON text with sorted keys and bigints as decimal strings: equal values give equal bytes. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field === 'bigint') return field.toString();
    if (field !== null && typeof field === 'object' && !Array.isArray(field)) {
      return Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)));
    }
    return field;
  });
}
