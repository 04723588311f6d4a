/** Which ports a cluster takes: asked for, kept from before, the usual ones, or any. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { whole } from '../options.ts';
import type { ClusterRecord } from './record.ts';

/** The ports that the processes listen on. */
export interface PortOptions {
  /** Port of the SC for clients. 0: any. Default: as `ports` says; 9003 is the usual one. */
  readonly scPort?: number;
  /** Port of the SC for SPUs. 0: any. Default: as `ports` says; 9004 is the usual one. */
  readonly scPrivatePort?: number;
  /** Ports of the SPUs, in the order of their ids. 0: any. Default: as `ports` says; 9010, 9020, 9030, … are the usual ones. */
  readonly spuPorts?: readonly number[];
  /** What becomes of ports that are not asked for: the system chooses them (`any`, the default), or they are the usual ones (`fixed`). */
  readonly ports?: 'fixed' | 'any';
}

const SC_PORT = 9003;
const SC_PRIVATE_PORT = 9004;
const FIRST_SPU_PORT = 9010;
const SPU_PORT_STEP = 10;

/** Tries a port, and another one if that is taken and need not be had. */
type TryPort = <T>(run: (port: number) => Promise<T>) => Promise<T>;

/** How each server gets its port. */
export interface PortChoice {
  readonly sc: TryPort;
  readonly scPrivate: TryPort;
  spu<T>(index: number, name: string, run: (port: number) => Promise<T>): Promise<T>;
  /** For a server that nobody chose a port for: the one that it had, or any. */
  any<T>(name: string, run: (port: number) => Promise<T>): Promise<T>;
}

/** Chooses the ports of a cluster that may have run before. @throws `cluster/options` */
export function choosePorts(options: PortOptions, before: ClusterRecord | undefined): PortChoice {
  const { scPort, scPrivatePort, spuPorts = [], ports = 'any' } = options;
  for (const port of [scPort ?? 0, scPrivatePort ?? 0, ...spuPorts]) whole('a port', port, 0, 65_535);
  const member = (name: string) => before?.members.find((one) => one.name === name);

  const choice = (asked: number | undefined, had: number | undefined, usual: number, option: string): TryPort => {
    const first = asked ?? had ?? (ports === 'any' ? 0 : usual);
    return async (run) => {
      try {
        return await run(first);
      } catch (error) {
        const mayChoose = asked === undefined && (ports === 'any' || usual === 0) && first !== 0;
        const taken = isFluvioError(error, 'cluster/port-taken') && error.context.option === option;
        if (!mayChoose || !taken) throw error;
        return run(0);
      }
    };
  };

  return {
    sc: choice(scPort, member('sc')?.address.port, SC_PORT, 'scPort'),
    scPrivate: choice(scPrivatePort, member('sc')?.privateAddress?.port, SC_PRIVATE_PORT, 'scPrivatePort'),
    spu(index, name, run) {
      const usual = FIRST_SPU_PORT + index * SPU_PORT_STEP;
      return choice(spuPorts[index], member(name)?.address.port, usual, 'spuPorts')(run);
    },
    any: (name, run) => choice(undefined, member(name)?.address.port, 0, 'spuPorts')(run),
  };
}
