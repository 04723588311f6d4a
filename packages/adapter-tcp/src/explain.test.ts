import { expect, test } from 'vitest';
import { type Circumstances, explain } from './explain.ts';

const nodeError = (code: string, fields: object = {}): Error =>
  Object.assign(new Error(`something ${code}`), { code, ...fields });

const tcp: Circumstances = { peer: 'tcp sc:9003', who: 'the SC', phase: 'connect', receivedBytes: 0 };
const tls: Circumstances = {
  ...tcp,
  peer: 'tls sc:9003',
  phase: 'handshake',
  tls: { serverName: 'sc', clientCertificate: false, rejected: false },
};
const rejecting = (over: Circumstances): Circumstances => ({
  ...over,
  tls: { serverName: 'sc', clientCertificate: false, rejected: true },
});

test.each<[string, Circumstances, string, RegExp]>([
  ['ECONNREFUSED', tcp, 'connection/refused', /nothing listens at tcp sc:9003, where the SC was expected/],
  ['ENOTFOUND', tcp, 'connection/unreachable', /the host name is unknown/],
  ['EHOSTUNREACH', tcp, 'connection/unreachable', /no route to the host/],
  ['ETIMEDOUT', tcp, 'connection/unreachable', /no answer/],
  ['EWHATEVER', tcp, 'connection/unreachable', /something EWHATEVER/],
  ['ECONNRESET', { ...tcp, phase: 'open' }, 'connection/reset', /before it sent a byte.*expect TLS/],
  ['ECONNRESET', { ...tls, phase: 'open' }, 'connection/reset', /before it sent a byte.*expect plaintext/],
  ['EPIPE', { ...tcp, phase: 'open', receivedBytes: 7 }, 'connection/reset', /after 7 bytes/],
  ['ETIMEDOUT', { ...tcp, phase: 'open', receivedBytes: 7 }, 'connection/lost', /no answer/],
  ['ENETUNREACH', { ...tcp, phase: 'open' }, 'connection/lost', /no route to the network/],
  ['ECONNRESET', tls, 'tls/not-tls', /hung up on the TLS handshake/],
  ['ECONNRESET', { ...tls, receivedBytes: 90 }, 'connection/reset', /after 90 bytes/],
  ['ERR_SSL_WRONG_VERSION_NUMBER', tls, 'tls/not-tls', /does not speak TLS/],
  ['ERR_SSL_HTTP_REQUEST', tls, 'tls/not-tls', /does not speak TLS/],
  // A damaged record on an open connection does not mean that the server has no TLS.
  ['ERR_SSL_WRONG_VERSION_NUMBER', { ...tls, phase: 'open' }, 'tls/handshake', /failed/],
  ['ERR_SSL_TLSV1_UNRECOGNIZED_NAME', tls, 'tls/handshake', /for the name 'sc' failed.*tls\.domain/],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', tls, 'tls/client-certificate', /wants a client certificate.*tls\.cert/],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', tls, 'tls/client-certificate', /wants a client certificate/],
  ['CERT_HAS_EXPIRED', rejecting(tls), 'tls/certificate', /has expired/],
  ['SELF_SIGNED_CERT_IN_CHAIN', rejecting(tls), 'tls/certificate', /tls\.ca/],
  ['CERT_REVOKED', rejecting(tls), 'tls/certificate', /not acceptable \(something CERT_REVOKED\)/],
])('%s', (code, at, expected, words) => {
  const cause = nodeError(code);
  const error = explain(cause, at);
  expect(error).toMatchObject({ code: expected, cause, message: expect.stringMatching(words) });
});

test('an alert about our certificate says that one was shown', () => {
  const at: Circumstances = {
    ...tls,
    phase: 'open',
    tls: { serverName: 'sc', clientCertificate: true, rejected: false },
  };
  const cause = nodeError('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', { reason: 'tlsv1 alert unknown ca' });
  expect(explain(cause, at)).toMatchObject({
    code: 'tls/client-certificate',
    context: { sent: true, reason: 'tlsv1 alert unknown ca' },
    message: expect.stringContaining("does not accept this client's certificate"),
  });
});

test('of the errors of several addresses the refusal is told', () => {
  const cause = new AggregateError([nodeError('EHOSTUNREACH'), nodeError('ECONNREFUSED')]);
  expect(explain(cause, tcp)).toMatchObject({ code: 'connection/refused', cause });
  const none = new AggregateError([nodeError('EHOSTUNREACH'), nodeError('ENETUNREACH')]);
  expect(explain(none, tcp)).toMatchObject({ context: { reason: 'no route to the host' } });
});

test('what may pass is retryable, and what needs a change is not', () => {
  expect(explain(nodeError('ECONNREFUSED'), tcp).retryable).toBe(true);
  expect(explain(nodeError('ENOTFOUND'), tcp).retryable).toBe(true);
  expect(explain(nodeError('ECONNRESET'), { ...tcp, phase: 'open' }).retryable).toBe(true);
  expect(explain(nodeError('CERT_HAS_EXPIRED'), rejecting(tls)).retryable).toBe(false);
  expect(explain(nodeError('ERR_SSL_WRONG_VERSION_NUMBER'), tls).retryable).toBe(false);
});
