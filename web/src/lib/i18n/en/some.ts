/** The singular or the plural of an English noun. */
export const some = (count: number, one: string, many: string): string => (count === 1 ? one : many);
