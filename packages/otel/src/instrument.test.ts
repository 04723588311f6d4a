import type { Client, ClientEvent, ClientEventOf, ClientEventType, ClientHealth } from '@fluvio-ts/client';
import { defineErrors } from '@fluvio-ts/protocol';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, test } from 'vitest';
import { instrument } from './instrument.ts';

const fail = defineErrors<{ 'produce/timeout': object }>({ 'produce/timeout': { text: () => 'too late' } });

/** As much of a client as is looked at. */
const told = () => {
  const listeners = new Map<ClientEventType, Set<(event: ClientEvent) => void>>();
  const health = {
    status: 'ready',
    bufferedBytes: 12,
    inFlight: 3,
    connections: [{}, {}],
    lag: [{ topic: 'orders', partition: 2, consumerId: 'me', records: 7 }],
  } as unknown as ClientHealth;
  const client = {
    health: () => health,
    on<T extends ClientEventType>(type: T, listener: (event: ClientEventOf<T>) => void) {
      const own = listeners.get(type) ?? new Set();
      listeners.set(type, own.add(listener as (event: ClientEvent) => void));
      return () => void own.delete(listener as (event: ClientEvent) => void);
    },
  } as unknown as Client;
  const tell = (event: ClientEvent): void => {
    for (const listener of listeners.get(event.type) ?? []) listener(event);
  };
  return { client, tell, listening: () => [...listeners.values()].reduce((sum, { size }) => sum + size, 0) };
};

const batch = {
  type: 'batch',
  topic: 'orders',
  partition: 2,
  records: 5,
  bytes: 500,
  attempts: 1,
  queuedMs: 10,
  latencyMs: 20,
} as const;
const place = { server: 'spu', spuId: 5001, address: 'localhost:9010' } as const;

test('measures batches, requests and connections, and what the client holds', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const { client, tell } = told();
  instrument(client, { meter: provider.getMeter('test'), spans: 'none' });
  tell(batch);
  tell({ ...batch, error: fail('produce/timeout', {}) });
  tell({ type: 'request', ...place, api: 'Produce', durationMs: 4 });
  const commit = {
    type: 'commit',
    consumerId: 'me',
    topic: 'orders',
    partition: 2,
    offset: 9n,
    durationMs: 1,
  } as const;
  tell(commit);
  tell({ ...commit, error: new Error('late') });
  tell({ type: 'connected', ...place, durationMs: 1 });
  tell({ type: 'disconnected', ...place, ageMs: 1, isExpected: true, error: undefined });
  tell({ type: 'disconnected', ...place, ageMs: 1, isExpected: false, error: new Error('cut') });
  await reader.forceFlush();
  const points = new Map(
    (exporter.getMetrics()[0]?.scopeMetrics[0]?.metrics ?? []).map(({ descriptor, dataPoints }) => [
      descriptor.name,
      dataPoints,
    ]),
  );
  const orders = { 'messaging.system': 'fluvio', 'messaging.destination.name': 'orders' };
  expect(points.get('messaging.client.sent.messages')).toMatchObject([
    { value: 5, attributes: { ...orders, 'messaging.destination.partition.id': '2' } },
    { value: 5, attributes: { ...orders, 'error.type': 'produce/timeout' } },
  ]);
  expect(points.get('fluvio.client.request.duration')).toMatchObject([
    { attributes: { 'fluvio.api': 'Produce', 'fluvio.spu.id': 5001 }, value: { sum: 0.004, count: 1 } },
  ]);
  const mine = { ...orders, 'messaging.consumer.group.name': 'me' };
  expect(points.get('fluvio.client.consumer.lag')).toMatchObject([{ value: 7, attributes: mine }]);
  expect(points.get('fluvio.client.consumer.commits')).toMatchObject([
    { value: 1, attributes: mine },
    { value: 1, attributes: { ...mine, 'error.type': 'Error' } },
  ]);
  expect(points.get('fluvio.client.connections.lost')).toMatchObject([{ value: 1 }]);
  expect(points.get('fluvio.client.producer.buffered')).toMatchObject([{ value: 12 }]);
  expect(points.get('fluvio.client.requests.in_flight')).toMatchObject([{ value: 3 }]);
  expect(points.get('fluvio.client.ready')).toMatchObject([{ value: 1 }]);
  await provider.shutdown();
});

test('makes spans of batches that began when their first record came, and of requests when asked to', async () => {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const { client, tell, listening } = told();
  const stop = instrument(client, { tracer: provider.getTracer('test'), spans: 'requests' });
  tell(batch);
  tell({ ...batch, error: fail('produce/timeout', {}) });
  tell({ type: 'request', ...place, api: 'Produce', durationMs: 4 });
  const spans = exporter.getFinishedSpans();
  expect(spans.map(({ name }) => name)).toEqual(['send orders', 'send orders', 'fluvio Produce']);
  expect(spans[0]?.attributes).toMatchObject({ 'messaging.batch.message_count': 5 });
  expect((spans[0]?.duration[1] ?? 0) / 1e6).toBeCloseTo(30, 0);
  expect(spans[1]?.status).toMatchObject({ message: 'too late' });
  stop();
  expect(listening()).toBe(0);
  await provider.shutdown();
});
