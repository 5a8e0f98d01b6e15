/** The rule of each `rule-` flag: users of these countries, then half of them. */
export const COUNTRIES = ['NL', 'DE'];

const ignore = () => undefined;
export const silence = { error: ignore, warn: ignore, info: ignore, debug: ignore };
