import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editInPlace, editToml } from './edit.ts';
import { formatToml, type MutableTable, newTable, parseToml, sameValue, type TomlTable } from './toml.ts';

function read(text: string): TomlTable {
  const parsed = parseToml(text);
  if (!parsed.ok) throw new Error(`${parsed.fault.line}:${parsed.fault.column} ${parsed.fault.reason}\n${text}`);
  return parsed.table;
}

/** Edits a text by changing a copy of what it says. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into a document of a known shape
function edited(text: string, change: (document: any) => void): string {
  const after = structuredCopy(read(text));
  change(after);
  const result = editToml(text, after);
  expect(sameValue(read(result), after)).toBe(true);
  expect(result, 'edited in place, not written anew').toBe(editInPlace(text, after).edited);
  return result;
}

function structuredCopy(table: TomlTable): MutableTable {
  return read(formatToml(table)) as MutableTable;
}

const commented = `# clusters of team A
version = "2.0" # never checked
current_profile = "prod"

# my laptop
[profile.local]
cluster = "local"   # points to the cluster

[profile.prod]
cluster = "prod"

# listens on loopback
[cluster.local]
endpoint = "localhost:9003" # moved in May
use_spu_local_address = false

[cluster.local.tls]
tls_policy = "disabled"

# tail
`;

describe('what did not change stays as it is', () => {
  test('a scalar: only its value is touched', () => {
    const text = edited(commented, (d) => {
      d.current_profile = 'local';
    });
    expect(text).toBe(commented.replace('current_profile = "prod"', 'current_profile = "local"'));
  });

  test('the comment behind a changed value stays', () => {
    const text = edited(commented, (d) => {
      d.cluster.local.endpoint = 'other:1';
    });
    expect(text).toBe(commented.replace('localhost:9003', 'other:1'));
  });

  test('a removed table takes its own comment with it, and no other', () => {
    const text = edited(commented, (d) => {
      delete d.profile.local;
    });
    expect(text).toBe(
      commented.replace('# my laptop\n[profile.local]\ncluster = "local"   # points to the cluster\n\n', ''),
    );
  });

  test('a removed key leaves the rest', () => {
    const text = edited(commented, (d) => {
      delete d.current_profile;
    });
    expect(text).toBe(commented.replace('current_profile = "prod"\n', ''));
  });

  test('a new profile comes behind its sisters, a new cluster behind the last cluster', () => {
    const text = edited(commented, (d) => {
      d.profile.new = { cluster: 'new' };
      d.cluster.new = { endpoint: 'x:1', tls: { tls_policy: 'anonymous' } };
    });
    expect(text).toBe(
      commented
        .replace('cluster = "prod"\n', 'cluster = "prod"\n\n[profile.new]\ncluster = "new"\n')
        .replace(
          'tls_policy = "disabled"\n',
          'tls_policy = "disabled"\n\n[cluster.new]\nendpoint = "x:1"\n\n[cluster.new.tls]\ntls_policy = "anonymous"\n',
        ),
    );
  });

  test('a new key comes into its own table, with its indentation', () => {
    const text = edited('[cluster.a]\n  endpoint = "x:1"\n\n[cluster.b]\nendpoint = "y:1"\n', (d) => {
      d.cluster.a.use_spu_local_address = true;
    });
    expect(text).toBe(
      '[cluster.a]\n  endpoint = "x:1"\n  use_spu_local_address = true\n\n[cluster.b]\nendpoint = "y:1"\n',
    );
  });

  test('notation that JavaScript has no value for survives', () => {
    const text =
      'f = 1.0\nbig = 9223372036854775807\nhex = 0xff\nlocal = 07:32:00\nat = 1979-05-27T00:32:00.999999-07:00\nn = 1\n';
    const result = edited(text, (d) => {
      d.n = 2;
    });
    expect(result).toBe(text.replace('n = 1', 'n = 2'));
  });
});

describe('all shapes of TOML', () => {
  test('values in inline tables', () => {
    const text = 'cluster = { a = { endpoint = "x:1", tls = { tls_policy = "disabled" } } } # one line\n';
    const result = edited(text, (d) => {
      d.cluster.a.tls.tls_policy = 'anonymous';
      d.cluster.b = { endpoint: 'y:1' };
    });
    expect(result).toMatch(/^cluster = \{.*\} # one line\n$/);
  });

  test('dotted keys', () => {
    const text = 'cluster.a.endpoint = "x:1" # a\ncluster.b.endpoint = "y:1" # b\nversion = "2.0"\n';
    expect(
      edited(text, (d) => {
        d.cluster.a.endpoint = 'z:1';
        delete d.cluster.b;
      }),
    ).toBe('cluster.a.endpoint = "z:1" # a\nversion = "2.0"\n');
  });

  test('brackets, quotes and hashes inside strings are not structure', () => {
    const text = [
      'a = """\n[not.a.table]\nkey = 1 \\"""" # "',
      "b = '''[x]''''' # two quotes before the end",
      'c = [ "]", # ]',
      '  { d = "}" } ]',
      '["q.\\"]".\'x]\'] # header',
      'e = "#" # real',
      'f = 1',
    ].join('\n');
    const result = edited(text, (d) => {
      d['q."]']['x]'].f = 2;
      d.c = [1];
    });
    expect(result).toContain('e = "#" # real\nf = 2');
    expect(result).toContain("b = '''[x]''''' # two quotes before the end\nc = [ 1 ]\n");
  });

  test('arrays of tables among unknown keys', () => {
    const text = 'x = 1\n[[other]]\na = 1\n[[other]]\na = 2\n[profile]\n';
    const result = edited(text, (d) => {
      d.x = 2;
    });
    expect(result).toBe(text.replace('x = 1', 'x = 2'));
    expect(
      edited(text, (d) => {
        delete d.other;
      }),
    ).toBe('x = 1\n[profile]\n');
  });

  test('a table that loses its last entry stays a table', () => {
    const text = 'version = "2.0"\n\n[profile.a]\ncluster = "a"\n\n[cluster]\n';
    const result = edited(text, (d) => {
      delete d.profile.a;
    });
    expect(read(result)).toEqual(read('version = "2.0"\n[profile]\n[cluster]'));
  });

  test('a scalar becomes a table and back', () => {
    const table = edited('x = 1\ny = 2\n', (d) => {
      d.x = { z: 1 };
    });
    expect(table).toBe('x = { z = 1 }\ny = 2\n');
    expect(
      edited('[x]\nz = 1\n[y]\n', (d) => {
        d.x = 1;
      }),
    ).toBe('x = 1\n\n[y]\n');
  });
});

describe('line ends and edges', () => {
  test('CRLF stays CRLF, in added lines too', () => {
    const result = edited(commented.replaceAll('\n', '\r\n'), (d) => {
      d.profile.new = { cluster: 'new' };
      d.current_profile = 'new';
      delete d.cluster.local;
    });
    expect(result.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('a byte order mark stays first', () => {
    for (const text of ['\uFEFF[profile]\n[cluster]\n', '\uFEFF', '\uFEFFversion = "1"\n[profile]']) {
      const result = edited(text, (d) => {
        d.version = '2.0';
        d.profile = { a: { cluster: 'a' } };
      });
      expect(result.lastIndexOf('\uFEFF')).toBe(0);
    }
  });

  test('a last line without line break is completed', () => {
    expect(
      edited('[profile.a]\ncluster = "a"', (d) => {
        d.profile.b = { cluster: 'b' };
      }),
    ).toBe('[profile.a]\ncluster = "a"\n\n[profile.b]\ncluster = "b"\n');
  });

  test('removing the last table leaves no blank lines behind', () => {
    expect(
      edited('x = 1\n\n[a]\ny = 1\n\n\n', (d) => {
        delete d.a;
      }),
    ).toBe('x = 1\n');
    expect(
      edited('\n\n[a]\ny = 1\n', (d) => {
        delete d.a;
      }),
    ).toBe('');
  });
});

test('what cannot be edited in place is written anew, and says the same', () => {
  // A table that dotted keys have made takes no header, and there is no other way to give it a key.
  const text = '\uFEFF# lost\r\nf = 1.0\r\ni = 1\r\nlist = [ 1.0, 1 ]\r\n[a]\r\nb.c = 1\r\n';
  const after = structuredCopy(read(text));
  (after.a as { b: MutableTable }).b.d = 2;
  const result = editToml(text, after);
  expect(parseToml(editInPlace(text, after).edited).ok).toBe(false);
  expect(result).toBe('\uFEFFf = 1.0\r\ni = 1\r\nlist = [ 1.0, 1 ]\r\n\r\n[a.b]\r\nc = 1\r\nd = 2\r\n');
});

test('a whole float beside a change is still a float', () => {
  expect(
    edited('a = { f = 1.0, i = 1 }\n', (d) => {
      d.a.i = 2;
    }),
  ).toBe('a = { f = 1.0, i = 2 }\n');
});

describe('any document of the official shape turns into any other, in place', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'local',
      'prod',
      'a.b',
      'a b',
      '"',
      "'",
      '',
      ']',
      '[x]',
      '#',
      '=',
      '__proto__',
      'constructor',
      'é\n',
      '\\',
    ),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"""', "'''", '\r\n', '\u007f\u0000', '# x\n[y]\n'),
  );
  const scalar = fc.oneof(
    text,
    fc.boolean(),
    fc.integer(),
    fc.bigInt(2n ** 53n, 2n ** 63n - 1n),
    fc.double({ noNaN: true }),
  );
  const metadata = fc.dictionary(
    name,
    fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.dictionary(name, scalar)),
    { maxKeys: 3 },
  );
  const cluster = fc.record(
    {
      endpoint: text,
      use_spu_local_address: fc.boolean(),
      tls: fc.record({ tls_policy: text, certs: fc.record({ key: text }) }),
      metadata,
    },
    { requiredKeys: ['endpoint'] },
  );
  const document = fc.record(
    {
      version: text,
      current_profile: text,
      profile: fc.dictionary(name, fc.record({ cluster: text }), { maxKeys: 3 }),
      cluster: fc.dictionary(name, cluster, { maxKeys: 3 }),
    },
    { requiredKeys: ['profile', 'cluster'] },
  );
  const layout = fc.record({
    eol: fc.constantFrom('\n', '\r\n'),
    top: fc.constantFrom('', '\n', '\n\n', ' \n', '# top\n', '# top\n\n', '\uFEFF', '\uFEFF\n'),
    gap: fc.constantFrom('\n', '\n\n\n', '\n# own\n', '\n\n \t\n# own\n# own\n'),
    end: fc.constantFrom('', '\n', '\n\n\n', '# end', '\n# end\n'),
  });

  test('and what is not concerned stays', () => {
    fc.assert(
      fc.property(document, document, layout, fc.boolean(), (from, to, { eol, top, gap, end }, keep) => {
        const kept = keep ? '\n# mine\n[keep] # mine\nx = 1.0 # mine\n' : '';
        const plain = top + formatToml(from as unknown as TomlTable).replaceAll('\n[', `${gap}[`) + kept + end;
        const source = plain.replaceAll('\n', eol);
        const after = Object.assign(
          newTable(),
          read(formatToml(to as unknown as TomlTable)),
          keep ? { keep: { x: 1 } } : {},
        );
        const result = editInPlace(source, after).edited;
        expect(sameValue(read(result), after)).toBe(true);
        expect(editToml(source, after)).toBe(result);
        expect(result).toContain(kept.replaceAll('\n', eol));
        expect(result.split('# end')).toHaveLength(end.split('# end').length);
        if (top.includes('#')) expect(result).toContain('# top');
        if (top.startsWith('\uFEFF')) expect(result.lastIndexOf('\uFEFF')).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
