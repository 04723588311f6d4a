/** How servers carry out what they are asked, in whichever process. */
import { clusterError } from '../errors.ts';
import type { FaultBoard } from '../faults/board.ts';
import type { Sc } from '../sc/sc.ts';
import type { Spu } from '../spu/spu.ts';
import type { MemberOrder } from './member.ts';

/** Carries out an order, and resolves with its answer. */
export type ObeyOrder = (order: MemberOrder) => Promise<unknown>;

/** Of an SC. */
export const scOrders =
  (sc: Sc, faults: FaultBoard): ObeyOrder =>
  async (order) => {
    switch (order.order) {
      case 'until-offline':
        return sc.offline(order.id, order);
      case 'move-leader':
        return sc.moveLeader(order);
      default:
        return faultOrder(faults, order);
    }
  };

/** Of an SPU. */
export const spuOrders =
  (spu: Spu, faults: FaultBoard): ObeyOrder =>
  async (order) => {
    switch (order.order) {
      case 'advance-clock':
        return spu.advanceClock(order.byMs);
      case 'evict':
        return spu.evict(order);
      default:
        return faultOrder(faults, order);
    }
  };

function faultOrder(faults: FaultBoard, order: MemberOrder): void {
  if (order.order === 'fault') faults.add(order.fault);
  else if (order.order === 'clear-fault') faults.remove(order.id);
  else throw clusterError('cluster/request', { reason: `this server does not take the order '${order.order}'` });
}
