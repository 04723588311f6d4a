/** What one server of the cluster needs for TLS: its certificate, kept up to date while it runs. */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '../logger.ts';
import { reasonOf } from '../logger.ts';
import { openAuthority } from './authority.ts';
import { readNamedPem } from './pem-files.ts';
import type { TlsSettings } from './tls-options.ts';

/** The TLS of one server. */
export interface ServerTls {
  /** Certificate, key and the authority of clients. */
  readonly context: SecureContextOptions;
  readonly clientCertificates: TlsSettings['clientCertificates'];
  /** Looks after the certificate: `apply` is called with every new context. Returns how to stop. */
  keepFresh(apply: (context: SecureContextOptions) => void): () => void;
}

/** A server of the cluster: the SC, or an SPU by its name. */
export type ServerName = { readonly kind: 'sc' } | { readonly kind: 'spu'; readonly id: number; readonly name: string };

/** How often a server looks whether its certificate has to be renewed or has been changed. */
const LOOK_INTERVAL_MS = 60_000;

/** Reads or issues the certificate of a server. @throws `cluster/options` for files that cannot be used, `storage/io` */
export async function openServerTls(
  settings: TlsSettings,
  dataDir: string,
  server: ServerName,
  log: Logger,
): Promise<ServerTls> {
  const load = async (): Promise<SecureContextOptions> => {
    const { ca, cert, key } = await serverCertificate(settings, dataDir, server);
    // A resumed session would not show the client's certificate again.
    return { ca, cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET };
  };
  let context = await load();
  return {
    get context() {
      return context;
    },
    clientCertificates: settings.clientCertificates,
    keepFresh(apply) {
      const look = async (): Promise<void> => {
        try {
          const fresh = await load();
          if (fresh.cert === context.cert && fresh.key === context.key && fresh.ca === context.ca) return;
          apply(fresh);
          context = fresh;
          log('info', 'the certificate was replaced', { server: nameOf(server) });
        } catch (error) {
          log('error', 'the certificate could not be renewed', { server: nameOf(server), reason: reasonOf(error) });
        }
      };
      const timer = setInterval(() => void look(), LOOK_INTERVAL_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

/** The certificate of a server, and the authority that clients' certificates have to come from, all PEM. */
export async function serverCertificate(
  { files, domain, names }: TlsSettings,
  dataDir: string,
  server: ServerName,
): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  if (files !== undefined) {
    return {
      ca: readNamedPem('tls.files.ca', files.ca),
      cert: readNamedPem('tls.files.cert', files.cert),
      key: readNamedPem('tls.files.key', files.key),
    };
  }
  const authority = await openAuthority(dataDir);
  const commonName = server.kind === 'sc' ? domain : `${server.name}.${domain}`;
  const { cert, key } = await authority.ensure(nameOf(server), { commonName, names: [commonName, ...names] }, 'server');
  return { ca: authority.cert, cert, key };
}

const nameOf = (server: ServerName): string => (server.kind === 'sc' ? 'sc' : `spu-${server.id}`);
