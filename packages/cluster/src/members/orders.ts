/** How servers carry out what they are asked, in whichever process. */
import { clusterError } from '../errors.ts';
import type { Sc } from '../sc/sc.ts';
import type { Spu } from '../spu/spu.ts';
import type { MemberOrder } from './member.ts';

/** Carries out an order, and resolves with its answer. */
export type ObeyOrder = (order: MemberOrder) => Promise<unknown>;

/** Of an SC. */
export const scOrders =
  (sc: Sc): ObeyOrder =>
  async (order) => {
    switch (order.order) {
      case 'until-offline':
        return sc.offline(order.id, order);
      default:
        throw notFor('an SC', order);
    }
  };

/** Of an SPU. */
export const spuOrders =
  (spu: Spu): ObeyOrder =>
  async (order) => {
    switch (order.order) {
      case 'advance-clock':
        return spu.advanceClock(order.byMs);
      default:
        throw notFor('an SPU', order);
    }
  };

const notFor = (server: string, { order }: MemberOrder): Error =>
  clusterError('cluster/request', { reason: `${server} does not take the order '${order}'` });
