import { expect, test } from 'vitest';
import { log } from './logger.ts';

test('a partition that is tried again and again is warned of ever more rarely', () => {
  const lines: string[] = [];
  const write = (level: string) => (message: string, fields: { readonly attempt?: unknown }) =>
    void lines.push(`${level} ${message} (${fields.attempt})`);
  const logger = { warn: write('warn'), debug: write('debug') } as const;
  for (let attempt = 1; attempt <= 9; attempt++) {
    log(logger, { type: 'consumer-retry', topic: 't', partition: 0, attempt, error: new Error('no leader') });
  }
  const warned = lines.filter((text) => text.startsWith('warn'));
  expect(warned).toEqual([1, 2, 4, 8].map((n) => `warn reading t-0 was interrupted: no leader (${n})`));
  expect(lines).toHaveLength(9);
});
