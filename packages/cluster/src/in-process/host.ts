/** Servers inside of this process. They share its event loop and its fate; killing and freezing happens at their connections. */
import { faultBoard } from '../faults/board.ts';
import type { Logger } from '../logger.ts';
import type { MemberRecord, MemberTask, RunningMember, StartContext } from '../members/member.ts';
import { memberName } from '../members/member.ts';
import type { ObeyOrder } from '../members/orders.ts';
import { scOrders, spuOrders } from '../members/orders.ts';
import type { Gate } from '../net/gate.ts';
import { openGate } from '../net/gate.ts';
import { LOOPBACK } from '../net/listener.ts';
import { replicationOf } from '../options.ts';
import { markOf } from '../processes/identity.ts';
import { startSc } from '../sc/sc.ts';
import { startSpu } from '../spu/spu.ts';

/** What is common to the servers of both kinds. */
interface Served {
  readonly server: { stop(): Promise<void>; kill(): Promise<void> };
  readonly gate: Gate;
  readonly settled: () => Promise<boolean>;
  readonly obey: ObeyOrder;
}

/** Makes what starts servers in this process; their lines go to `log`. */
export const inProcess =
  (log: Logger) =>
  (task: MemberTask, context: StartContext): Promise<RunningMember> =>
    task.member === 'sc' ? runSc(task, context, log) : runSpu(task, context, log);

async function runSc(
  task: Extract<MemberTask, { member: 'sc' }>,
  { signal, managedSpus, onStruck }: StartContext,
  log: Logger,
): Promise<RunningMember> {
  const { settings, dataDir, port, privatePort, durable } = task;
  signal.throwIfAborted();
  const gate = openGate();
  const faults = faultBoard(task.faults, onStruck);
  const sc = await startSc({
    ...settings,
    listen: { host: settings.host, port },
    listenPrivate: { host: LOOPBACK, port: privatePort },
    portOptions: { public: 'scPort', private: 'scPrivatePort' },
    dataDir,
    durable,
    gate,
    managedSpus,
    faults,
    log,
  });
  const record = {
    name: memberName('sc'),
    ...markOf(process.pid),
    address: sc.address,
    privateAddress: sc.privateAddress,
  };
  const settled = (): Promise<boolean> => sc.ready({ timeoutMs: settings.topicWaitMs });
  return member(record, { server: sc, gate, settled, obey: scOrders(sc, faults) }, signal);
}

async function runSpu(
  task: Extract<MemberTask, { member: 'spu' }>,
  { signal, onStruck }: StartContext,
  log: Logger,
): Promise<RunningMember> {
  const { settings, dataDir, id, name, port, sc, clockAheadMs } = task;
  signal.throwIfAborted();
  const gate = openGate();
  const faults = faultBoard(task.faults, onStruck);
  const spu = await startSpu({
    ...settings,
    replication: replicationOf(settings),
    id,
    name,
    listen: { host: settings.host, port },
    portOption: 'spuPorts',
    sc,
    dataDir,
    clockAheadMs,
    gate,
    faults,
    log,
    signal,
  });
  const record = { name: memberName(id), id, ...markOf(process.pid), address: spu.address };
  return member(record, { server: spu, gate, settled: async () => true, obey: spuOrders(spu, faults) }, signal);
}

function member(record: MemberRecord, { server, gate, settled, obey }: Served, signal: AbortSignal): RunningMember {
  let state: RunningMember['state'] = 'running';
  let ending: Promise<void> | undefined;
  const end = (how: () => Promise<void>): Promise<void> => {
    state = 'ended';
    ending ??= how().finally(() => signal.removeEventListener('abort', onAbort));
    return ending;
  };
  const kill = (): Promise<void> =>
    end(() => {
      gate.break();
      return server.kill();
    });
  const onAbort = (): void => {
    // Whoever ends it so waits for nothing.
    kill().catch(() => {});
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    record,
    get state() {
      return state;
    },
    kill,
    shutdown: () =>
      end(() => {
        // What it says last may have to pass.
        gate.open();
        return server.stop();
      }),
    freeze() {
      state = 'frozen';
      gate.close();
    },
    thaw() {
      state = 'running';
      gate.open();
    },
    settled,
    ask: obey,
    release() {},
  };
}
