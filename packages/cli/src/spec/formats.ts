/** The machine formats in which objects are printed. */
export type Format = 'table' | 'plain' | 'json' | 'yaml' | 'toml';
