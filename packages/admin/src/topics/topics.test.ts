import type { Client } from '@fluvio-ts/client';
import { clusterOf } from '@fluvio-ts/client/internal';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Admin } from '../admin.ts';
import { admin } from '../admin.ts';
import { partitionObject, topicObject } from '../testing/objects.ts';
import type { ScriptedSc } from '../testing/scripted-sc.ts';
import { no, ok, scriptedSc } from '../testing/scripted-sc.ts';

let sc: ScriptedSc;
let client: Client;
let topics: Admin['topics'];

beforeEach(async () => {
  sc = scriptedSc();
  client = await sc.connect();
  topics = admin(client).topics;
});

afterEach(() => client.close());

const computed = { kind: 'computed', partitions: 1, replicationFactor: 1, ignoreRackAssignment: false } as const;

/** Whether a promise has settled by the time that everything which is under way has been handled. */
const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false;
  promise.then(
    () => (done = true),
    () => (done = true),
  );
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
  return done;
};

describe('create', () => {
  test('resolves with the topic, which this client knows by then', async () => {
    const topic = await topics.create('orders', { partitions: 3, retentionMs: 60_000 });
    expect(topic).toMatchObject({
      kind: 'topic',
      name: 'orders',
      spec: { replicas: { kind: 'computed', partitions: 3 }, cleanupPolicy: { timeInSeconds: 60 } },
      status: { resolution: 'Provisioned' },
      owner: undefined,
    });
    const { metadata } = clusterOf(client);
    expect([0, 1, 2].map((i) => metadata.partitions.get(`orders-${i}`)?.status.resolution)).toEqual(
      Array(3).fill('Online'),
    );
    expect(sc.created).toMatchObject([{ label: 'Topic', body: { name: 'orders', dryRun: false, timeout: undefined } }]);
  });

  test('waits until every partition has reached this client and is online there', async () => {
    sc.faults.create = () => ok('slow');
    const created = topics.create('slow', { partitions: 2 });
    expect(await settled(created)).toBe(false);
    sc.put(
      'Topic',
      topicObject('slow', {
        replicas: { ...computed, partitions: 2 },
      }),
    );
    sc.put('Partition', partitionObject('slow-0'), partitionObject('slow-1', {}, { resolution: 'Offline' }));
    expect(await settled(created)).toBe(false);
    sc.put('Partition', partitionObject('slow-1'));
    expect(await created).toMatchObject({ name: 'slow' });
  });

  test('waits for the topic to say what its partitions say already', async () => {
    sc.faults.create = () => ok('slow');
    const created = topics.create('slow');
    sc.put('Partition', partitionObject('slow-0'));
    sc.put('Topic', topicObject('slow', {}, { resolution: 'Pending', replicaMap: new Map() }));
    expect(await settled(created)).toBe(false);
    sc.put('Topic', topicObject('slow'));
    expect(await created).toMatchObject({ status: { resolution: 'Provisioned' } });
  });

  test('a controller that does not see that its work is done: the client sees it, and asks other things meanwhile', async () => {
    let asked: () => void = () => {};
    const sent = new Promise<void>((resolve) => {
      asked = resolve;
    });
    sc.faults.create = () => {
      asked();
      return new Promise(() => {});
    };
    const created = topics.create('missed');
    await sent;
    expect(await topics.list()).toEqual([]);
    sc.put('Topic', topicObject('missed'));
    sc.put('Partition', partitionObject('missed-0'));
    expect(await created).toMatchObject({ name: 'missed', status: { resolution: 'Provisioned' } });
    expect(sc.created).toHaveLength(1);
  });

  test('a refusal counts although a topic of this name appears', async () => {
    sc.faults.create = () => {
      sc.put('Topic', topicObject('theirs'));
      sc.put('Partition', partitionObject('theirs-0'));
      return no('theirs', { kind: 'TopicAlreadyExists' });
    };
    await expect(topics.create('theirs')).rejects.toMatchObject({ context: { name: 'TopicAlreadyExists' } });
  });

  test('takes a spec as it is', async () => {
    const spec = topicObject('x', {
      replicas: { kind: 'assigned', maps: [{ id: 0, replicas: [5001], mirror: undefined }] },
    }).spec;
    expect((await topics.create('assigned', spec)).spec).toEqual(spec);
  });

  test('a mirrored topic, whose partitions come later, is waited for itself', async () => {
    const spec = topicObject('x', {
      replicas: { kind: 'mirror', config: { kind: 'home', partitions: [], source: false } },
    }).spec;
    expect(await topics.create('mirrored', spec)).toMatchObject({ name: 'mirrored', owner: undefined });
  });

  test('a dry run asks the controller, and stores nothing', async () => {
    const topic = await topics.create('maybe', { partitions: 2 }, { dryRun: true });
    expect(topic).toMatchObject({
      name: 'maybe',
      spec: { replicas: { partitions: 2 } },
      status: { resolution: 'Init' },
    });
    expect(sc.created).toMatchObject([{ body: { name: 'maybe', dryRun: true } }]);
    expect(await topics.get('maybe')).toBeUndefined();
    await topics.create('taken');
    await expect(topics.create('taken', {}, { dryRun: true })).rejects.toThrow(
      /^creating topic 'taken' \(dry run\) failed: Topic 'taken' already exists/,
    );
  });

  test('a name that cannot be is refused here', async () => {
    await expect(topics.create('')).rejects.toMatchObject({
      code: 'topic/invalid-name',
      context: { reason: 'it is empty' },
    });
    await expect(topics.create('Orders', {}, { dryRun: true })).rejects.toThrow(
      `'Orders' cannot be the name of a topic: it contains "O", and only a-z, 0-9 and - are allowed`,
    );
    expect(sc.created).toEqual([]);
  });

  test('what the controller says is in the error', async () => {
    await topics.create('orders');
    await expect(topics.create('orders')).rejects.toMatchObject({
      code: 'topic/exists',
      message:
        "creating topic 'orders' failed: Topic 'orders' already exists; use the one that is there, or choose another name (TopicAlreadyExists, 2002)",
      context: { name: 'TopicAlreadyExists', number: 2002, message: "Topic 'orders' already exists" },
      retryable: false,
    });
  });

  test('without words of the controller, the error says what its code means', async () => {
    sc.faults.create = ({ label }) => (label === 'Topic' ? no('x', { kind: 'PermissionDenied' }) : undefined);
    await expect(topics.create('x')).rejects.toThrow(
      "creating topic 'x' failed: permission denied; connect with an identity that may, or have it allowed (PermissionDenied, 13)",
    );
    sc.faults.create = () =>
      no('x', { kind: 'Other', message: 'unable to change read-only configuration' }, 'read-only error');
    await expect(topics.create('x')).rejects.toThrow(
      "creating topic 'x' failed: read-only error: unable to change read-only configuration (Other, 2)",
    );
    sc.faults.create = () => no('x', { kind: 'Unknown', tag: 4242 });
    await expect(topics.create('x')).rejects.toMatchObject({
      code: 'server/error',
      context: { name: 'Unknown', number: 4242 },
    });
    sc.faults.create = () => no('x', { kind: 'TopicInvalidName' });
    await expect(topics.create('x')).rejects.toMatchObject({ code: 'topic/invalid-name', context: { topic: 'x' } });
  });

  test('a connection that is lost before the answer: sent once, and said to be unconfirmed', async () => {
    sc.faults.create = () => {
      throw new Error('cut');
    };
    await expect(topics.create('orders')).rejects.toMatchObject({
      code: 'change/unconfirmed',
      message: expect.stringMatching(
        /^creating topic 'orders' was not confirmed, it may or may not have happened: .* look before you repeat it$/,
      ),
      cause: { code: 'connection/closed' },
      retryable: false,
    });
    expect(sc.created.length).toBe(1);
    delete sc.faults.create;
    expect(await topics.create('orders')).toMatchObject({ name: 'orders' });
  });

  test('an answer that does not come within the deadline: the same', async () => {
    sc.faults.create = () => new Promise(() => {});
    await expect(topics.create('orders', {}, { timeoutMs: 20 })).rejects.toMatchObject({
      code: 'change/unconfirmed',
      cause: { code: 'request/timeout' },
    });
  });

  test('a signal stops the wait for the answer, and the wait behind it', async () => {
    const first = new AbortController();
    sc.faults.create = () => {
      first.abort('enough');
      return new Promise(() => {});
    };
    await expect(topics.create('a', {}, { signal: first.signal })).rejects.toMatchObject({
      code: 'request/aborted',
      cause: 'enough',
    });
    await client.close();

    client = await sc.connect();
    const second = new AbortController();
    sc.faults.create = () => ok('b');
    const created = admin(client).topics.create('b', {}, { signal: second.signal });
    expect(await settled(created)).toBe(false);
    second.abort('enough');
    await expect(created).rejects.toMatchObject({ code: 'request/aborted', cause: 'enough' });
  });

  test('closing the client rejects the wait', async () => {
    sc.faults.create = () => ok('x');
    const created = topics.create('x');
    expect(await settled(created)).toBe(false);
    const rejected = expect(created).rejects.toMatchObject({ code: 'client/closed' });
    await client.close();
    await rejected;
  });
});

describe('get and list', () => {
  beforeEach(() => {
    sc.put('Topic', topicObject('orders-2'), topicObject('orders'), topicObject('payments'));
  });

  test('get is exact, where the controller’s filter is not, and finds system topics', async () => {
    expect(await topics.get('orders')).toMatchObject({ name: 'orders' });
    expect(await topics.get('order')).toBeUndefined();
    expect(await topics.get('consumer-offset')).toMatchObject({ spec: { system: true } });
  });

  test('names in order; system topics only when asked for', async () => {
    const names = async (...options: Parameters<typeof topics.list>): Promise<string[]> =>
      (await topics.list(...options)).map((topic) => topic.name);
    expect(await names()).toEqual(['orders', 'orders-2', 'payments']);
    expect(await names({ system: 'include' })).toEqual(['consumer-offset', 'orders', 'orders-2', 'payments']);
    expect(await names({ system: 'only' })).toEqual(['consumer-offset']);
    expect(await names({ name: 'rder' })).toEqual(['orders', 'orders-2']);
    expect(await names({ name: /^orders$/ })).toEqual(['orders']);
    expect(await names({ name: /o/g, system: 'include' })).toEqual(['consumer-offset', 'orders', 'orders-2']);
    expect(await names({ name: 'none' })).toEqual([]);
  });

  test('a lost connection is waited for and the read repeated', async () => {
    let cuts = 0;
    sc.faults.list = () => {
      if (cuts++ < 2) throw new Error('cut');
    };
    expect(await topics.list({ name: 'pay' })).toMatchObject([{ name: 'payments' }]);
    expect(cuts).toBe(3);
  });

  test('a controller that stays away: a deadline, and why', async () => {
    await client.close();
    client = await sc.connect({ requestTimeoutMs: 50 });
    sc.faults.down = true;
    sc.cut();
    await expect(admin(client).topics.list()).rejects.toMatchObject({
      code: 'connect/timeout',
      message: expect.stringMatching(/^listing topics did not succeed within 50 ms: /),
    });
  });
});

describe('delete', () => {
  test('resolves when the topic and its partitions are gone from this client', async () => {
    await topics.create('orders', { partitions: 2 });
    await topics.create('orders-1');
    await topics.delete('orders');
    const { metadata } = clusterOf(client);
    expect(metadata.topics.get('orders')).toBeUndefined();
    expect([...metadata.partitions.values()].map((one) => one.name).sort()).toEqual([
      'consumer-offset-0',
      'orders-1-0',
    ]);
    expect(await topics.get('orders')).toBeUndefined();
  });

  test('waits for the partitions, too', async () => {
    await topics.create('orders');
    sc.faults.delete = () => ok('orders');
    const deleted = topics.delete('orders');
    sc.remove('Topic', 'orders');
    expect(await settled(deleted)).toBe(false);
    sc.remove('Partition', 'orders-0');
    await deleted;
  });

  test('what is not there, and what is the cluster’s own', async () => {
    await expect(topics.delete('none')).rejects.toThrow("topic 'none' does not exist on the cluster at localhost:9003");
    await expect(topics.delete('consumer-offset')).rejects.toThrow(
      "deleting topic 'consumer-offset' failed: system topic 'consumer-offset' can only be deleted forcibly; it belongs to the cluster, so it takes force (SystemSpecDeletionAttempt, 12001)",
    );
    await topics.delete('consumer-offset', { force: true });
    expect(sc.deleted.map(({ body }) => 'force' in body && body.force)).toEqual([false, false, true]);
  });
});

describe('addPartitions', () => {
  test('resolves with the topic when the new partitions are online', async () => {
    await topics.create('orders');
    expect(await topics.addPartitions('orders', 2)).toMatchObject({ spec: { replicas: { partitions: 3 } } });
    expect(clusterOf(client).metadata.partitions.get('orders-2')).toBeDefined();
  });

  test('waits for all of the new partitions', async () => {
    await topics.create('orders', { partitions: 2 });
    sc.faults.update = () => {
      sc.put('Topic', topicObject('orders', { replicas: { ...computed, partitions: 4 } }));
      return ok('orders');
    };
    const grown = topics.addPartitions('orders', 2);
    sc.put('Partition', partitionObject('orders-2'));
    expect(await settled(grown)).toBe(false);
    sc.put('Partition', partitionObject('orders-3'));
    expect(await grown).toMatchObject({ status: { replicaMap: { size: 4 } } });
  });

  test('does not wait for older partitions', async () => {
    await topics.create('orders');
    sc.put('Partition', partitionObject('orders-0', {}, { resolution: 'LeaderOffline' }));
    expect(await topics.addPartitions('orders', 1)).toMatchObject({ name: 'orders' });
  });

  test('calls at the same time each get theirs', async () => {
    await topics.create('orders');
    await Promise.all([topics.addPartitions('orders', 1), topics.addPartitions('orders', 2)]);
    expect(clusterOf(client).metadata.partitions.get('orders-3')).toBeDefined();
  });

  test('says what it waits for when they do not come online', async () => {
    await topics.create('orders');
    sc.faults.update = () => {
      sc.put(
        'Topic',
        topicObject('orders', {
          replicas: { ...computed, partitions: 2 },
        }),
      );
      sc.put('Partition', partitionObject('orders-1', {}, { resolution: 'Offline' }));
      return ok('orders');
    };
    await expect(topics.addPartitions('orders', 1, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'wait/timeout',
      message: expect.stringMatching(
        /^adding 1 partition to topic 'orders' took longer than 50 ms: the controller has done it, but partition 'orders-1' is Offline, led by SPU 5001$/,
      ),
    });
  });

  test('refusals', async () => {
    await expect(topics.addPartitions('none', 1)).rejects.toMatchObject({ code: 'topic/not-found' });
    await expect(topics.addPartitions('none', 0)).rejects.toMatchObject({ code: 'option/invalid' });
    sc.put(
      'Topic',
      topicObject('fixed', { replicas: { kind: 'assigned', maps: [{ id: 0, replicas: [5001], mirror: undefined }] } }),
    );
    await expect(topics.addPartitions('fixed', 1)).rejects.toThrow(
      "adding 1 partition to topic 'fixed' failed: invalid replica type; only topics whose partitions the cluster places itself can grow (TopicInvalidReplicaType, 2008)",
    );
  });
});

describe('waitFor', () => {
  test('resolves at once where it holds, and later where it comes to hold', async () => {
    sc.put('Topic', topicObject('a'));
    expect(await topics.waitFor('a', () => true)).toMatchObject({ name: 'a' });

    const waiting = topics.waitFor('b', ({ status }) => status.resolution === 'Provisioned');
    sc.put('Topic', topicObject('b-2'), topicObject('b', {}, { resolution: 'Pending' }));
    expect(await settled(waiting)).toBe(false);
    sc.put('Topic', topicObject('b-3'));
    expect(await settled(waiting)).toBe(false);
    sc.put('Topic', topicObject('b'));
    expect(await waiting).toMatchObject({ name: 'b', status: { resolution: 'Provisioned' } });
  });

  test.each([
    ['never there', () => {}, "topic 'b' was not there"],
    [
      'there',
      () => sc.put('Topic', topicObject('b', {}, { resolution: 'Pending', reason: 'waiting for live spus' })),
      "topic 'b' is Pending (waiting for live spus)",
    ],
  ])('the deadline says what was seen last: %s', async (_, prepare, last) => {
    prepare();
    await expect(topics.waitFor('b', () => false, { timeoutMs: 30 })).rejects.toMatchObject({
      code: 'wait/timeout',
      message: `waiting for topic 'b' took longer than 30 ms: ${last}`,
      retryable: true,
    });
  });

  test('a test that throws, a signal and a closed client each reject it', async () => {
    sc.put('Topic', topicObject('a'));
    const fault = new Error('mine');
    await expect(
      topics.waitFor('a', () => {
        throw fault;
      }),
    ).rejects.toBe(fault);

    const controller = new AbortController();
    const stopped = topics.waitFor('b', () => true, { signal: controller.signal });
    controller.abort('enough');
    await expect(stopped).rejects.toMatchObject({ code: 'request/aborted', cause: 'enough' });

    const closed = expect(topics.waitFor('b', () => true)).rejects.toMatchObject({ code: 'client/closed' });
    await client.close();
    await closed;
  });
});

test('nothing is left behind that would keep a program alive', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await topics.create('a');
  await topics.waitFor('a', () => true);
  await topics.addPartitions('a', 1);
  await topics.list();
  await topics.delete('a');
  expect(timers()).toBe(before);
});
