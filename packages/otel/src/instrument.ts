/** Takes what a client tells of itself to OpenTelemetry. */
import type { Client, ClientEventOf, ServerPlace } from '@fluvio-ts/client';
import { isFluvioError } from '@fluvio-ts/protocol';
import type { Attributes, Meter, Tracer } from '@opentelemetry/api';
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** Where measurements and spans go. */
export interface InstrumentOptions {
  /** Default: `@fluvio-ts/client` of the global meter provider. */
  readonly meter?: Meter;
  /** Default: `@fluvio-ts/client` of the global tracer provider. */
  readonly tracer?: Tracer;
  /** Which spans are made: of `batches` (default) that producers send, of `requests` too, or `none`. */
  readonly spans?: 'none' | 'batches' | 'requests';
}

const NAME = '@fluvio-ts/client';

/**
 * Measures a client from now on, until the returned function is called: connections, requests, batches and buffers, by the names
 * of OpenTelemetry's conventions for messaging where there are some. Keys and values are not looked at.
 *
 * Records of Fluvio have no headers, so that no trace context travels with them.
 */
export function instrument(client: Client, options: InstrumentOptions = {}): () => void {
  const meter = options.meter ?? metrics.getMeter(NAME);
  const tracer = options.tracer ?? trace.getTracer(NAME);
  const { spans = 'batches' } = options;
  const ends = [measure(client, meter)];
  if (spans !== 'none') ends.push(client.on('batch', (event) => batchSpan(tracer, event)));
  if (spans === 'requests') ends.push(client.on('request', (event) => requestSpan(tracer, event)));
  return () => {
    for (const end of ends) end();
  };
}

function measure(client: Client, meter: Meter): () => void {
  const sent = meter.createCounter('messaging.client.sent.messages', { unit: '{message}' });
  const publishing = meter.createHistogram('messaging.client.operation.duration', { unit: 's' });
  const requests = meter.createHistogram('fluvio.client.request.duration', { unit: 's' });
  const connects = meter.createCounter('fluvio.client.connects', { unit: '{connection}' });
  const losses = meter.createCounter('fluvio.client.connections.lost', { unit: '{connection}' });
  const retries = meter.createCounter('fluvio.client.consumer.retries', { unit: '{retry}' });
  const commits = meter.createCounter('fluvio.client.consumer.commits', { unit: '{commit}' });
  const lag = meter.createObservableGauge('fluvio.client.consumer.lag', { unit: '{message}' });
  const buffered = meter.createObservableGauge('fluvio.client.producer.buffered', { unit: 'By' });
  const inFlight = meter.createObservableGauge('fluvio.client.requests.in_flight', { unit: '{request}' });
  const connections = meter.createObservableGauge('fluvio.client.connections', { unit: '{connection}' });
  const ready = meter.createObservableGauge('fluvio.client.ready');

  const observed = [lag, buffered, inFlight, connections, ready];
  const look: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const health = client.health();
    for (const { records, ...place } of health.lag) result.observe(lag, records, consumerAttributes(place));
    result.observe(buffered, health.bufferedBytes);
    result.observe(inFlight, health.inFlight);
    result.observe(connections, health.connections.length);
    result.observe(ready, health.status === 'ready' ? 1 : 0);
  };
  meter.addBatchObservableCallback(look, observed);

  const ends = [
    client.on('batch', (event) => {
      const attributes = { ...topicAttributes(event), ...errorAttributes(event.error) };
      sent.add(event.records, attributes);
      publishing.record((event.queuedMs + event.latencyMs) / 1000, attributes);
    }),
    client.on('request', ({ api, durationMs, error, ...place }) => {
      requests.record(durationMs / 1000, { 'fluvio.api': api, ...serverOf(place), ...errorAttributes(error) });
    }),
    client.on('connected', (place) => connects.add(1, serverOf(place))),
    client.on('connect-failed', (event) => connects.add(1, { ...serverOf(event), ...errorAttributes(event.error) })),
    client.on('disconnected', (event) => {
      if (!event.isExpected) losses.add(1, { ...serverOf(event), ...errorAttributes(event.error) });
    }),
    client.on('consumer-retry', (event) =>
      retries.add(1, { ...topicAttributes(event), ...errorAttributes(event.error) }),
    ),
    client.on('commit', (event) => commits.add(1, { ...consumerAttributes(event), ...errorAttributes(event.error) })),
  ];
  return () => {
    meter.removeBatchObservableCallback(look, observed);
    for (const end of ends) end();
  };
}

function batchSpan(tracer: Tracer, event: ClientEventOf<'batch'>): void {
  const endTime = Date.now();
  const span = tracer.startSpan(`send ${event.topic}`, {
    kind: SpanKind.PRODUCER,
    startTime: endTime - event.queuedMs - event.latencyMs,
    attributes: {
      ...topicAttributes(event),
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.batch.message_count': event.records,
      'fluvio.batch.bytes': event.bytes,
      'fluvio.batch.attempts': event.attempts,
      ...errorAttributes(event.error),
    },
  });
  if (event.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(event.error) });
  span.end(endTime);
}

function requestSpan(tracer: Tracer, event: ClientEventOf<'request'>): void {
  const endTime = Date.now();
  const span = tracer.startSpan(`fluvio ${event.api}`, {
    kind: SpanKind.CLIENT,
    startTime: endTime - event.durationMs,
    attributes: { 'fluvio.api': event.api, ...serverOf(event), ...errorAttributes(event.error) },
  });
  if (event.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: textOf(event.error) });
  span.end(endTime);
}

const topicAttributes = ({ topic, partition }: { readonly topic: string; readonly partition: number }): Attributes => ({
  'messaging.system': 'fluvio',
  'messaging.destination.name': topic,
  'messaging.destination.partition.id': String(partition),
});

const consumerAttributes = ({
  consumerId,
  ...place
}: Parameters<typeof topicAttributes>[0] & {
  readonly consumerId?: string;
}): Attributes => ({
  ...topicAttributes(place),
  ...(consumerId !== undefined && { 'messaging.consumer.group.name': consumerId }),
});

const serverOf = ({ server, spuId, address }: ServerPlace): Attributes => ({
  'messaging.system': 'fluvio',
  'server.address': address,
  'fluvio.server': server,
  ...(spuId !== undefined && { 'fluvio.spu.id': spuId }),
});

function errorAttributes(error: unknown): Attributes {
  if (error === undefined) return {};
  return { 'error.type': isFluvioError(error) ? error.code : error instanceof Error ? error.name : 'unknown' };
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
