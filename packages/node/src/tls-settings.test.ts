/** Certificates as values and as files. */
import { expect, test } from 'vitest';
import { tlsSources } from './tls-settings.ts';

test('files are told apart from values, each with the option that it fills', () => {
  const settings = { domain: 'fluvio.example.com', ca: 'pem', certPath: 'client.crt', keyPath: 'client.key' };
  expect(tlsSources(settings)).toEqual({
    values: { domain: 'fluvio.example.com', ca: 'pem' },
    files: [
      { option: 'cert', path: 'client.crt' },
      { option: 'key', path: 'client.key' },
    ],
  });
});

test.each(['ca', 'cert', 'key'] as const)('%s as a value and as a file is refused', (option) => {
  expect(() => tlsSources({ [option]: 'pem', [`${option}Path`]: 'file' })).toThrow(
    `option tls.${option} and tls.${option}Path are both given: give one of them`,
  );
});
