/** The process of an SC. */
import type { Address } from '@fluvio-ts/protocol';
import { faultBoard } from '../../faults/board.ts';
import { scOrders } from '../../members/orders.ts';
import { LOOPBACK } from '../../net/listener.ts';
import { startSc } from '../../sc/sc.ts';
import { askLauncher } from '../managed-requests.ts';
import { runMember, tell } from '../member.ts';
import { ownManagedSpus } from '../own-managed-spus.ts';

const launcher = askLauncher(tell);

runMember(async (task, log) => {
  if (task.member !== 'sc') throw new TypeError('this is the program of an SC');
  const { dataDir, settings } = task;
  const faults = faultBoard(task.faults, (fault) => tell({ news: 'struck', fault }));
  let serves: (address: Address) => void = () => {};
  const scPrivate = new Promise<Address>((resolve) => {
    serves = resolve;
  });
  const own = task.managedSpus === 'self' ? ownManagedSpus({ dataDir, settings, scPrivate, log }) : undefined;
  const sc = await startSc({
    ...settings,
    listen: { host: settings.host, port: task.port },
    listenPrivate: { host: LOOPBACK, port: task.privatePort },
    portOptions: { public: 'scPort', private: 'scPrivatePort' },
    dataDir,
    durable: task.durable,
    managedSpus: own?.managedSpus ?? launcher.managedSpus,
    faults,
    log,
  });
  serves(sc.privateAddress);
  return {
    obey: scOrders(sc, faults),
    ready: { news: 'ready', address: sc.address, privateAddress: sc.privateAddress },
    later: sc.ready({ timeoutMs: settings.topicWaitMs }).then((ready) => (ready ? { news: 'settled' } : undefined)),
    async stop() {
      own?.stop();
      await sc.stop();
    },
  };
}, launcher.answered);
