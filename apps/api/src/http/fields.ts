/** The fields of a documented class as a plain object. */
export type Fields<Dto> = { readonly [Name in keyof Dto]: Dto[Name] };
