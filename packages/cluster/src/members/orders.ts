/** How servers carry out what they are asked, in whichever process. */
import { clusterError } from '../errors.ts';
import type { Sc } from '../sc/sc.ts';
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
    }
  };

/** Of an SPU. */
export const spuOrders = (): ObeyOrder => async (order) => {
  throw clusterError('cluster/request', { reason: `an SPU does not take the order '${order.order}'` });
};
