/**
 * What runs in the browser: the client, unchanged, over a WebSocket. It takes its orders from the query of the page and
 * writes what it saw, as JSON, into the page.
 */
import { webSocket } from '@fluvio-ts/adapter-ws';
import { connect } from '@fluvio-ts/client';
import { isFluvioError } from '@fluvio-ts/protocol';
import { type SeenRecord, type SentRecord, type Sight, sampleRecords } from './sight.ts';

const query = new URLSearchParams(location.search);
const violations: string[] = [];
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});

const hex = async (bytes: Uint8Array): Promise<string> => {
  const digest = await crypto.subtle.digest('SHA-256', bytes.slice());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
};

async function look(url: string, topic: string, token: string | null): Promise<Sight> {
  const transport = webSocket({ url, ...(token !== null && { token }) });
  await using client = await connect({ endpoint: 'gateway:443', transport });
  const sent: SentRecord[] = [];
  const seen: SeenRecord[] = [];
  {
    await using producer = await client.producer(topic);
    for (const record of sampleRecords()) {
      const { partition, offset } = await producer.send(record);
      sent.push({ partition, offset: String(offset), sha256: await hex(record.value) });
    }
  }
  for await (const record of client.consumer(topic, { start: 'beginning', until: 'end' })) {
    seen.push({
      partition: record.partition,
      offset: String(record.offset),
      key: record.key === null ? null : Array.from(record.key),
      length: record.value.length,
      sha256: await hex(record.value),
    });
  }
  const refusal = await client.producer('no-such-topic').then(
    () => 'none',
    (error: unknown) => (isFluvioError(error) ? error.code : String(error)),
  );
  const { platformVersion } = client;
  return { platformVersion, sent, seen, refusal, violations: [...violations], strict: !mayEvaluate() };
}

/** Whether text can be run as code here; asked last, since the question is a violation where it cannot. */
function mayEvaluate(): boolean {
  try {
    return new Function('return true')() === true;
  } catch {
    return false;
  }
}

const output = document.querySelector('output') as HTMLOutputElement;
try {
  const sight = await look(query.get('gateway') ?? '', query.get('topic') ?? '', query.get('token'));
  output.textContent = JSON.stringify(sight);
  output.dataset.state = 'done';
} catch (error) {
  output.textContent = error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error);
  output.dataset.state = 'failed';
}
