/** The process of an SPU. */
import { faultBoard } from '../../faults/board.ts';
import { spuOrders } from '../../members/orders.ts';
import { replicationOf } from '../../options.ts';
import { startSpu } from '../../spu/spu.ts';
import { startHeartbeats } from '../heartbeat/start.ts';
import { runMember, tell } from '../member.ts';

runMember(async (task, log, signal) => {
  if (task.member !== 'spu') throw new TypeError('this is the program of an SPU');
  const { dataDir, settings } = task;
  const faults = faultBoard(task.faults, (fault) => tell({ news: 'struck', fault }));
  const spu = await startSpu({
    ...settings,
    replication: replicationOf(settings),
    id: task.id,
    name: task.name,
    listen: { host: settings.host, port: task.port },
    portOption: 'spuPorts',
    sc: task.sc,
    clockAheadMs: task.clockAheadMs,
    dataDir,
    faults,
    log,
    signal,
  });
  const stopHeartbeats = startHeartbeats({ spuId: task.id, sc: task.sc, heartbeatMs: settings.heartbeatMs });
  return {
    obey: spuOrders(spu, faults),
    ready: { news: 'ready', address: spu.address },
    async stop() {
      await stopHeartbeats();
      await spu.stop();
    },
  };
});
