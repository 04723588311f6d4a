/** Numbers with their bytes, as Fluvio's own encoder writes them. */
export const varints: readonly [number, string][] = [
  [0, '00'],
  [-1, '01'],
  [1, '02'],
  [63, '7e'],
  [-64, '7f'],
  [64, '8001'],
  [300, 'd804'],
  [8191, 'fe7f'],
  [-134_217_729, '8180808001'],
  [2_147_483_647, 'feffffff0f'],
  [-2_147_483_648, 'ffffffff0f'],
];
