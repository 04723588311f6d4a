/** Which ports a cluster takes: asked for, kept from before, the usual ones, or any. */
import { isFluvioError } from '@fluvio-ts/protocol';
import { whole } from '../options.ts';
import type { ClusterRecord } from './record.ts';

/** The ports that the processes listen on. */
export interface PortOptions {
  /** Port of the SC for clients. Default 9003; 0: any. */
  readonly scPort?: number;
  /** Port of the SC for SPUs. Default 9004; 0: any. */
  readonly scPrivatePort?: number;
  /** Ports of the SPUs, in the order of their ids. Default 9010, 9020, 9030, …; 0: any. */
  readonly spuPorts?: readonly number[];
  /** What becomes of a default port that is taken: with `any`, the system chooses another. Default `fixed`: an error. */
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
  spu<T>(index: number, run: (port: number) => Promise<T>): Promise<T>;
}

/** Chooses the ports of a cluster that may have run before. @throws `cluster/options` */
export function choosePorts(options: PortOptions, before: ClusterRecord | undefined): PortChoice {
  const { scPort, scPrivatePort, spuPorts = [], ports = 'fixed' } = options;
  for (const port of [scPort ?? 0, scPrivatePort ?? 0, ...spuPorts]) whole('a port', port, 0, 65_535);
  const member = (name: string) => before?.members.find((one) => one.name === name);

  const choice = (asked: number | undefined, had: number | undefined, usual: number, option: string): TryPort => {
    const first = asked ?? had ?? (ports === 'any' ? 0 : usual);
    return async (run) => {
      try {
        return await run(first);
      } catch (error) {
        const mayChoose = asked === undefined && ports === 'any' && first !== 0;
        const taken = isFluvioError(error, 'cluster/port-taken') && error.context.option === option;
        if (!mayChoose || !taken) throw error;
        return run(0);
      }
    };
  };

  return {
    sc: choice(scPort, member('sc')?.address.port, SC_PORT, 'scPort'),
    scPrivate: choice(scPrivatePort, member('sc')?.privateAddress?.port, SC_PRIVATE_PORT, 'scPrivatePort'),
    spu(index, run) {
      const had = before?.members.filter(({ id }) => id !== undefined)[index]?.address.port;
      return choice(spuPorts[index], had, FIRST_SPU_PORT + index * SPU_PORT_STEP, 'spuPorts')(run);
    },
  };
}
