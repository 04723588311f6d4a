/** The JSON of mirrors. */
import type { ClientTls, MirrorConnectionStat, MirrorPairStatus, MirrorSpec, MirrorStatus } from '@fluvio-ts/protocol';
import { MirrorConnectionStatus, type MirrorType } from '@fluvio-ts/protocol';
import type { JsonObject, Shape } from './shape.ts';
import { object, optional, required, tagged, text, u64, unexpected, word } from './shape.ts';

const clientTls = object<ClientTls>({
  domain: required(text),
  caCert: required(text),
  clientCert: required(text),
  clientKey: required(text),
});

export const mirrorSpecShape: Shape<MirrorSpec, JsonObject> = object<MirrorSpec>({
  mirrorType: required(
    tagged<MirrorType>({
      remote: object({ id: required(text) }),
      home: object<Omit<Extract<MirrorType, { kind: 'home' }>, 'kind'>>({
        id: required(text),
        remoteId: required(text),
        publicEndpoint: required(text),
        clientTls: optional(clientTls),
      }),
    }),
  ),
});

const WORDS = ['Waiting', 'Successful', 'Failed', 'Disabled', 'Unauthorized'] as const;

/** A word, or an object for the one state that has a text. */
const pairing: Shape<MirrorPairStatus> = {
  to: (status) => (status.kind === 'DetailFailure' ? { DetailFailure: status.message } : status.kind),
  from(json, path) {
    const kind = WORDS.find((known) => known === json);
    if (kind !== undefined) return { kind };
    const message = (json as { readonly DetailFailure?: unknown } | null | undefined)?.DetailFailure;
    if (typeof message === 'string') return { kind: 'DetailFailure', message };
    throw unexpected(path, `one of ${WORDS.join(', ')}, or a DetailFailure`, json);
  },
};

export const mirrorStatusShape: Shape<MirrorStatus, JsonObject> = object<MirrorStatus>({
  connectionStatus: required(word(MirrorConnectionStatus), 'connectionStatus'),
  pairingSc: required(pairing, 'pairingSc'),
  pairingSpu: required(pairing, 'pairingSpu'),
  connectionStat: required(object<MirrorConnectionStat>({ lastSeen: required(u64) }), 'connectionStat'),
});
